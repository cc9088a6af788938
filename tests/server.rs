//! The language server as an editor meets it: messages over the real binary's standard input and output.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// An editor without a person.
struct Editor {
    server: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    asked: i64,
    /// What the server has told without being asked.
    told: Vec<Value>,
    root: String,
}

impl Editor {
    /// Starts the server in a folder and greets it.
    fn open(folder: &Path) -> Self {
        Self::open_with(folder, json!({}))
    }

    /// Likewise, with what the editor says that it can.
    fn open_with(folder: &Path, capabilities: Value) -> Self {
        let mut server = Command::new(env!("CARGO_BIN_EXE_defrost"))
            .arg("server")
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (server.stdin.take(), BufReader::new(server.stdout.take().unwrap()));
        let root = format!("file://{}", folder.canonicalize().unwrap().display());
        let mut editor = Self { server, input, output, asked: 0, told: Vec::new(), root: root.clone() };
        let folders = json!([{ "uri": root, "name": "project" }]);
        let answer = editor
            .ask("initialize", json!({ "processId": null, "capabilities": capabilities, "workspaceFolders": folders }));
        assert_eq!(answer["serverInfo"]["name"], "defrost");
        assert_eq!(answer["capabilities"]["inlayHintProvider"], true);
        editor.tell("initialized", json!({}));
        editor
    }

    fn uri(&self, path: &str) -> String {
        format!("{}/{path}", self.root)
    }

    fn send(&mut self, message: &Value) {
        self.send_all(&[message]);
    }

    /// Sends messages in one piece.
    fn send_all(&mut self, messages: &[&Value]) {
        let framed = messages.iter().map(|message| {
            let text = message.to_string();
            format!("Content-Length: {}\r\n\r\n{text}", text.len())
        });
        let framed: String = framed.collect();
        let input = self.input.as_mut().unwrap();
        input.write_all(framed.as_bytes()).unwrap();
        input.flush().unwrap();
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Reads one message.
    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).unwrap() > 0, "the server ended");
            match line.trim().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut text = vec![0; length];
        self.output.read_exact(&mut text).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    /// The answer to a question; what is told meanwhile is kept.
    fn reply(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.read();
            if message["id"] == id && message.get("method").is_none() {
                return message;
            }
            self.told.push(message);
        }
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        let reply = self.reply(method, params);
        assert!(reply["error"].is_null(), "{reply}");
        reply["result"].clone()
    }

    fn show(&mut self, path: &str, text: &str) {
        let document = json!({ "uri": self.uri(path), "languageId": "python", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    fn change(&mut self, path: &str, text: &str) {
        let document = json!({ "uri": self.uri(path), "version": 2 });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [{ "text": text }] }));
    }

    /// Labels of hints with their lines.
    fn hints(&mut self, path: &str) -> Vec<String> {
        let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 999, "character": 0 } });
        let hints =
            self.ask("textDocument/inlayHint", json!({ "textDocument": { "uri": self.uri(path) }, "range": range }));
        let hints = hints.as_array().unwrap().iter();
        hints.map(|hint| format!("{}: {}", hint["position"]["line"], hint["label"].as_str().unwrap())).collect()
    }

    /// The rules of the newest diagnostics of a document, with their lines.
    fn diagnostics(&self, path: &str) -> Vec<String> {
        let uri = self.uri(path);
        let mut told = self.told.iter().rev();
        let newest = told
            .find(|told| told["method"] == "textDocument/publishDiagnostics" && told["params"]["uri"] == uri.as_str());
        let list = newest.map(|told| told["params"]["diagnostics"].as_array().unwrap().clone()).unwrap_or_default();
        list.iter().map(|one| format!("{}: {}", one["range"]["start"]["line"], one["code"].as_str().unwrap())).collect()
    }

    fn actions(&mut self, path: &str, line: u32) -> Vec<Value> {
        let at = json!({ "line": line, "character": 8 });
        let params = json!({
            "textDocument": { "uri": self.uri(path) },
            "range": { "start": at, "end": at },
            "context": { "diagnostics": [] },
        });
        self.ask("textDocument/codeAction", params).as_array().unwrap().clone()
    }

    fn close(mut self) {
        assert_eq!(self.ask("shutdown", Value::Null), Value::Null);
        self.tell("exit", Value::Null);
        drop(self.input.take());
        assert_eq!(self.server.wait().unwrap().code(), Some(0));
    }
}

const APP: &str = r#"import json
import heavy as h


def report(event):
    return h.report(event)


def handler(event, context):
    if event["path"] == "/report":
        return report(event)
    if event["path"] == "/a":
        return json.dumps("a")
    if event["path"] == "/b":
        return "b"
    if event["path"] == "/c":
        return "c"
    return None
"#;

const TEMPLATE: &str = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Reports:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: src/\n      Handler: app.handler\n      Runtime: python3.12\n      MemorySize: 512\n      Timeout: 20\n";

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let functions: String =
        (0..9000).map(|at| format!("def f{at}(a, b=None, *c):\n    return [a + {at}, b, c]\n")).collect();
    for (path, text) in [
        ("template.yaml", TEMPLATE),
        ("src/app.py", "import json\n\n\ndef handler(event, context):\n    return json.dumps(event)\n"),
        ("src/heavy/__init__.py", &format!("def report(event):\n    return event\n{functions}")),
        ("src/heavy-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: heavy\nVersion: 1\n"),
        ("src/heavy-1.dist-info/RECORD", "heavy/__init__.py,,\n"),
    ] {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    folder
}

#[test]
fn an_editor_sees_what_is_not_saved_and_can_mend_it() {
    let folder = project();
    let mut editor = Editor::open(folder.path());
    editor.show("src/app.py", APP);
    let hints = editor.hints("src/app.py");
    assert!(hints.iter().any(|hint| hint.starts_with("1: ") && hint.ends_with(" ms")), "{hints:?}");
    let found = editor.diagnostics("src/app.py");
    assert!(found.contains(&"1: heavy-import-for-few-routes".to_owned()), "{found:?}");

    let actions = editor.actions("src/app.py", 1);
    let kinds: Vec<&str> = actions.iter().map(|action| action["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["quickfix", "refactor.rewrite"], "{actions:#?}");
    let uri = editor.uri("src/app.py");
    let edits = actions[0]["edit"]["changes"][&uri].as_array().unwrap().clone();
    assert_eq!(edits.len(), 2);
    assert!(edits.iter().any(|edit| edit["newText"] == "    import heavy as h\n\n"), "{edits:#?}");

    let at = json!({ "textDocument": { "uri": uri }, "position": { "line": 1, "character": 3 } });
    let page = editor.ask("textDocument/hover", at)["contents"]["value"].as_str().unwrap().to_owned();
    assert!(page.contains("of Init: heavy 1 in Reports") && page.contains("# heavy-import-for-few-routes"), "{page}");

    editor.change(
        "src/app.py",
        &APP.replace("import heavy as h\n", "").replace("    return h", "    import heavy as h\n\n    return h"),
    );
    let hints = editor.hints("src/app.py");
    assert!(hints.iter().all(|hint| !hint.starts_with("1: ")), "{hints:?}");
    assert!(hints.iter().any(|hint| hint.contains("first request +")), "{hints:?}");
    let found = editor.diagnostics("src/app.py");
    assert!(!found.iter().any(|found| found.contains("heavy-import")), "{found:?}");
    editor.close();
}

#[test]
fn a_keystroke_is_answered_from_the_last_analysis_with_its_places_moved() {
    let folder = project();
    let refreshes = json!({ "workspace": { "inlayHint": { "refreshSupport": true } } });
    let mut editor = Editor::open_with(folder.path(), refreshes);
    editor.show("src/app.py", APP);
    assert!(editor.hints("src/app.py").iter().any(|hint| hint.starts_with("1: ")));
    let mut typed = |text: String| {
        let uri = editor.uri("src/app.py");
        let change = json!({ "textDocument": { "uri": uri, "version": 2 }, "contentChanges": [{ "text": text }] });
        let change = json!({ "jsonrpc": "2.0", "method": "textDocument/didChange", "params": change });
        let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 999, "character": 0 } });
        let question = json!({ "textDocument": { "uri": uri }, "range": range });
        editor.asked += 1000;
        let id = editor.asked;
        let question = json!({ "jsonrpc": "2.0", "id": id, "method": "textDocument/inlayHint", "params": question });
        editor.send_all(&[&change, &question]);
        loop {
            let message = editor.read();
            if message["id"] == id {
                let hints = message["result"].as_array().unwrap().iter();
                return hints.map(|hint| hint["position"]["line"].as_u64().unwrap()).collect::<Vec<u64>>();
            }
            editor.told.push(message);
        }
    };
    assert_eq!(typed(APP.replace("import json\n", "import json\n# a note\n")), [2]);
    // An analysis would find what is imported under another name: this answer has not waited for one.
    assert_eq!(typed(APP.replace("import heavy as h\n", "import heavy as hh\n")), [0; 0]);
    // In the end all is as it was analysed.
    editor.change("src/app.py", &APP.replace("import json\n", "import json\n\n\n"));
    assert!(editor.actions("src/app.py", 3).len() == 2);
    assert!(editor.hints("src/app.py").iter().any(|hint| hint.starts_with("3: ")));
    editor.close();
}

#[test]
fn what_cannot_move_says_why() {
    let folder = project();
    let mut editor = Editor::open(folder.path());
    editor.show("src/app.py", &APP.replace("\n\ndef report", "\nSIZE = h.report\n\n\ndef report"));
    let actions = editor.actions("src/app.py", 1);
    let reason = actions.last().unwrap()["disabled"]["reason"].as_str().unwrap();
    assert!(reason.contains("`h` is used while the module loads (src/app.py:4)"), "{reason}");
    editor.close();
}

#[test]
fn nothing_that_is_broken_ends_it() {
    let folder = project();
    let mut editor = Editor::open(folder.path());
    editor.show("src/app.py", "import heavy\ndef handler(:\n  '''");
    assert_eq!(editor.hints("src/other.py"), Vec::<String>::new());
    editor.change("src/app.py", &"(".repeat(200_000));
    assert!(editor.hints("src/app.py").is_empty());
    std::fs::write(folder.path().join("template.yaml"), "Resources: [").unwrap();
    editor.tell("textDocument/didSave", json!({ "textDocument": { "uri": editor.uri("template.yaml") } }));
    editor.hints("src/app.py");
    let refused = editor.reply("textDocument/inlayHint", json!({ "textDocument": 3 }));
    assert!(refused["error"]["code"].is_i64(), "{refused}");
    let unknown = editor.reply("textDocument/rename", json!({}));
    assert_eq!(unknown["error"]["code"], -32601);
    editor.tell("$/cancelRequest", json!({ "id": 12345 }));
    std::fs::write(folder.path().join("template.yaml"), TEMPLATE).unwrap();
    editor.change("src/app.py", APP);
    assert!(!editor.hints("src/app.py").is_empty());
    editor.close();
}
