export { v as 'module.exports' };
const v = 1;
