use super::*;
use crate::declare::model::{Build, Code, Dialect, LayerUse, Origin, Place};

fn with(function: Function) -> (Vec<Declared>, Vec<Left>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    std::fs::write(folder.path().join("src/app.py"), "").unwrap();
    let mut app = Application::empty("shop", Dialect::Sam);
    app.functions.push(function);
    functions(&app, &Base::new(folder.path()), &[])
}

fn function(source: CodeSource, method: BuildMethod) -> Function {
    let origin = Origin { id: "Orders".to_owned(), ..Origin::default() };
    let code = Code { source, build: Build { method, ..Build::default() }, ..Code::default() };
    Function { origin, code, ..Function::default() }
}

fn local(path: &str) -> CodeSource {
    CodeSource::Local(path.to_owned())
}

#[test]
fn sources_stand_for_what_is_not_built_and_say_what_is_open() {
    let (found, left) = with(function(local("src"), BuildMethod::Manifest));
    assert!(left.is_empty() && found[0].open.is_empty() && found[0].content == Content::Whole);
    let (found, _) = with(function(local("src"), BuildMethod::Makefile));
    assert_eq!(found[0].open[0].brings, Brings::Anything);
    let (found, _) = with(function(local("src/app.py"), BuildMethod::AsIs));
    assert_eq!(found[0].content, Content::File);
    let (found, _) = with(function(local("src"), BuildMethod::CargoLambda));
    assert_eq!(found[0].executable, Some(Executable::Only));
}

#[test]
fn what_is_not_here_is_left_out_with_its_reason() {
    let remote = CodeSource::Remote("s3://bucket/key".to_owned());
    for (source, said) in [(local("lib"), "not at"), (remote, "s3://bucket/key"), (CodeSource::Unset, "nothing says")] {
        let (found, left) = with(function(source, BuildMethod::AsIs));
        assert!(found.is_empty() && left[0].message.contains(said), "{left:?}");
    }
}

#[test]
fn layers_by_name_and_unknown_runtimes_are_open() {
    let arn = "arn:aws:lambda:*:580247275435:layer:LambdaInsightsExtension:2".to_owned();
    let function = Function {
        layers: vec![LayerUse::Arn(arn, Place::default())],
        runtime: Setting::unknown("depends on the parameter `Runtime`", Place::default()),
        ..function(local("src"), BuildMethod::Manifest)
    };
    let (found, _) = with(function);
    let reasons: Vec<Reason> = found[0].open.iter().map(|open| open.reason).collect();
    assert_eq!(reasons, [Reason::Layer, Reason::Setting]);
}
