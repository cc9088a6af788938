import './a';

export const handler = async () => 1;
