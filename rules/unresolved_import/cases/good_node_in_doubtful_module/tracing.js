const tracer = require("tracer");

tracer.start();
