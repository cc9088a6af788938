throw new Error("no rates");
