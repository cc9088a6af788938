const { default: c } = await import('./c.json', { with: { type: 'json' } });
if (c.a !== 1) throw new Error('x');

export const handler = async () => 1;
