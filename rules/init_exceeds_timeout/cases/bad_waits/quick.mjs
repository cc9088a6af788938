// Nobody waits for it.
const ready = new Promise((resolve) => setTimeout(resolve, 14000));

export const handler = async () => {
  await ready;
  return 1;
};
