function count() {
  const seen = new Set();
  try {
    structuredClone(() => {});
  } catch {
    seen.add(1);
  }
  return seen.size;
}
export default count();
