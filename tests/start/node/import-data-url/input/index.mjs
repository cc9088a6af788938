const { x } = await import('data:text/javascript,export const x = 1');
if (x !== 1) throw new Error('y');

export const handler = async () => 1;
