//! What plugins make of sections of their own: `serverless-appsync-plugin`, whose data sources are functions, and
//! `serverless-step-functions`, whose state machines call some.

use super::super::model::Origin;
use super::super::resource::own;
use super::super::tree::{Kind, Maker, Part, Reference, Text, Tree};
use super::{SCOPE, Service, logical, made};

impl Service<'_, '_, '_> {
    pub(super) fn graphql(&mut self) {
        let section = self.root.get("appSync").clone();
        for api in section.one_or_more() {
            for source in sources(api.get("dataSources")) {
                if source.get("type").known() == Some("AWS_LAMBDA") {
                    self.data_source(&source);
                }
            }
        }
    }

    pub(super) fn state_machines(&mut self) {
        let machines = self.root.at(&["stepFunctions", "stateMachines"]).clone();
        for (key, machine) in machines.entries() {
            let origin = Origin { id: key.text.to_string(), place: key.place, properties: None, condition: None };
            self.push(made(&origin, key.place, "AWS::StepFunctions::StateMachine", machine.clone()));
        }
    }

    fn data_source(&mut self, source: &Tree) {
        let config = source.get("config");
        let (named, arn) = (config.get("functionName"), config.get("lambdaFunctionArn"));
        let function = match named.known() {
            Some(name) => called(name, config.get("functionAlias"), named),
            None if !arn.is_null() => arn.clone(),
            None => return,
        };
        let place = function.place;
        let make = Maker { place };
        let tree =
            make.map([("Function", function), ("Word", make.text("appsync")), ("Invocation", make.text("sync"))]);
        let origin = Origin { id: "appSync".to_owned(), place, properties: None, condition: None };
        self.push(made(&origin, place, own::SERVICE, tree));
    }
}

/// Data sources by name or, as before version 2, in a list with their names in them.
fn sources(written: &Tree) -> Vec<Tree> {
    let by_name = |tree: &Tree| tree.entries().iter().map(|(_, source)| source.clone()).collect::<Vec<_>>();
    let listed = written.items().iter().flat_map(|item| match item.get("type").is_null() {
        true => by_name(item),
        false => vec![item.clone()],
    });
    by_name(written).into_iter().chain(listed).collect()
}

/// A function of the service: the plugin calls `$LATEST` unless an alias is said.
fn called(name: &str, alias: &Tree, place: &Tree) -> Tree {
    let id = format!("{}LambdaFunction", logical(name));
    let reference = Reference { scope: SCOPE, id: id.into(), attribute: "Arn".into() };
    let mut parts = vec![Part::Ref(reference)];
    if let Some(alias) = alias.known() {
        parts.push(Part::Text(format!(":{alias}").into()));
    }
    Tree::new(Kind::Text(Text { parts }), place.place)
}
