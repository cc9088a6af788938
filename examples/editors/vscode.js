// extension.js of an extension that depends on `vscode-languageclient` and is activated by `onStartupFinished`.
const { LanguageClient } = require('vscode-languageclient/node');

let client;

exports.activate = () => {
  const languages = ['python', 'javascript', 'typescript', 'rust', 'yaml'];
  const server = { command: 'defrost', args: ['server'] };
  const documentSelector = languages.map((language) => ({ scheme: 'file', language }));
  client = new LanguageClient('defrost', 'defrost', server, { documentSelector });
  return client.start();
};

exports.deactivate = () => client && client.stop();
