import * as a from './a.cjs';
a();

export const handler = async () => 1;
