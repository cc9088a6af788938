this.x = 1;

export const handler = async () => 1;
