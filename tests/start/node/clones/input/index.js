const copy = structuredClone({ when: new Date(5), tags: new Set(['a']), list: [{ a: 1 }] });
if (!(copy.when instanceof Date) || copy.when.getTime() !== 5 || !copy.tags.has('a') || copy.list[0].a !== 1) throw new Error('copy');

exports.handler = async () => 1;
