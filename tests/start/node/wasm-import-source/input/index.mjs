import source w from './a.wasm';

export const handler = async () => 1;
