const app = async () => 1;
app.handler = async () => 2;
module.exports = app;
