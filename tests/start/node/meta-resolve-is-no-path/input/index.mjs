const place = import.meta.resolve("./settings.json");
if (place.startsWith("/")) null.x = 1;
undefined.x = place;
export const handler = async () => 1;
