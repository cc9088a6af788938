/(?<a>x)|(?<a>y)/;

exports.handler = async () => 1;
