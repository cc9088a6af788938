global.count = (global.count || 0) + 1;
