function* pages() { yield 1; throw new Error('no second page'); }
for (const page of pages()) exports.page = page;

exports.handler = async () => 1;
