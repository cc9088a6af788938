let ready = false;
Promise.resolve().then(() => { ready = true; });
if (ready) throw new Error("too early");
export const handler = async () => 1;
