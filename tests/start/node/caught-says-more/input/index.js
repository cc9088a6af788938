let seen = '';
try { null.x; } catch (e) { seen += e.name + (e instanceof TypeError) + e.message; }
try { new URL('nope'); } catch (e) { seen += e.code; }
try { Buffer.alloc(2).readUInt8(5); } catch (e) { seen += e.code; }
try { undeclared; } catch (e) { seen += e.name; }
if (seen !== "TypeErrortrueCannot read properties of null (reading 'x')ERR_INVALID_URLERR_OUT_OF_RANGEReferenceError") throw new Error(seen);

exports.handler = async () => 1;
