import { Child } from './index2.mjs';
new Child();

export const handler = async () => 1;
