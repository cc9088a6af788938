import fs from 'node:fs';
fs = 1;

export const handler = async () => 1;
