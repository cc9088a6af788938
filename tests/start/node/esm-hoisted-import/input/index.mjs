globalThis.flag = 1;
import './a.mjs';

export const handler = async () => 1;
