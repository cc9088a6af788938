//! What another environment, or a name that is computed, would load.

use super::{artifact, eager, graph, graph_of, loaded};
use crate::graph::Phase;
use crate::package::Bundle;

fn possible(files: &[(&str, &str)]) -> Vec<String> {
    let bundle = Bundle::new(artifact(files));
    let graph = graph_of(&bundle);
    graph.possible.iter().map(|entry| bundle.artifact.entry(*entry).path.to_string()).collect()
}

#[test]
fn a_variable_that_is_not_set_decides_and_the_other_way_stays_possible() {
    let files = [
        (
            "index.js",
            "if (process.env.NODE_ENV === 'production') require('./prod'); else require('./dev');
             exports.handler = 1;",
        ),
        ("prod.js", "require('fast');"),
        ("dev.js", ""),
        ("node_modules/fast/index.js", "require('deep');"),
        ("node_modules/deep/index.js", ""),
        ("node_modules/none/index.js", ""),
    ];
    assert_eq!(eager(&files), ["index.js", "dev.js"]);
    assert_eq!(possible(&files), ["node_modules/deep/index.js", "node_modules/fast/index.js", "prod.js"]);
}

#[test]
fn what_a_variable_has_led_to_is_a_doubt_and_no_error() {
    let files = [
        ("index.js", "module.exports = process.env.STAGE === 'live' ? {} : require('./dev'); exports.handler = 1;"),
        ("dev.js", "require('not-here');"),
    ];
    let graph = graph(&files);
    assert!(graph.causes.is_empty(), "{:?}", graph.causes);
    let said = "`STAGE` is not known to be set, which leads to: Error: Cannot find module 'not-here'";
    assert_eq!(graph.doubts, [said]);
    let caught = "try { if (!process.env.STAGE) require('./dev') } catch {} exports.handler = async () => 1;";
    let caught = [("index.js", caught), files[1]];
    let caught = super::graph(&caught);
    assert!(caught.doubts.is_empty() && caught.causes.is_empty());
}

#[test]
fn packages_that_are_asked_for_by_computed_names_are_possible() {
    let files = [
        ("index.js", "const orm = require('orm'); exports.handler = () => orm.open(event.url);"),
        ("node_modules/orm/index.js", "exports.open = (url) => require('./drivers')[url.split(':')[0]]();"),
        (
            "node_modules/orm/drivers.js",
            "const load = (name) => require(name); exports.pg = () => load('postgres-driver');",
        ),
        ("node_modules/postgres-driver/index.js", "require('wire');"),
        ("node_modules/wire/index.js", ""),
        ("node_modules/other-driver/index.js", ""),
    ];
    assert_eq!(possible(&files), ["node_modules/postgres-driver/index.js", "node_modules/wire/index.js"]);
}

#[test]
fn the_scheme_of_a_constant_url_chooses_the_driver() {
    let files = [
        ("index.js", "const { Orm } = require('orm'); new Orm('postgres://u:p@127.0.0.1:1/x'); exports.handler = 1;"),
        (
            "node_modules/orm/index.js",
            "const url = require('url');
             class Manager {
               load(name) {
                 try { return require(name); } catch (err) {
                   if (err.code === 'MODULE_NOT_FOUND') throw new Error(`Please install ${name}`);
                   throw err;
                 }
               }
             }
             class Postgres extends Manager { constructor() { super(); this.lib = this.load('pg'); } }
             class Lite extends Manager { constructor() { super(); this.lib = this.load('lite'); } }
             exports.Orm = class { constructor(text) {
               switch (url.parse(text, true).protocol.replace(/:$/, '')) {
                 case 'lite': this.made = new Lite(); break;
                 case 'postgres': this.made = new Postgres(); break;
               }
             } };",
        ),
        ("node_modules/pg/index.js", ""),
    ];
    assert_eq!(eager(&files), ["index.js", "node_modules/orm/index.js", "node_modules/pg/index.js"]);
    let without = graph(&files[..2]);
    assert_eq!(without.doubts, ["Error: Please install pg (after: Error: Cannot find module 'pg')"]);
}

#[test]
fn errors_that_may_not_happen_do_not_end_what_a_request_loads() {
    let files = [
        ("index.js", "exports.handler = () => require('./late');"),
        ("late.js", "require('./helper'); require('./more');"),
        (
            "helper.js",
            "const custom = require('util').inspect.custom;
             function primitive(input) {
               if (typeof input !== 'object' || input === null) return input;
               throw new TypeError('a primitive value');
             }
             exports.key = primitive(custom);",
        ),
        ("more.js", ""),
    ];
    assert_eq!(loaded(&files, Phase::Invoke), ["late.js", "helper.js", "more.js"]);
    let sure = [files[0], files[1], ("helper.js", "throw new Error('no');"), files[3]];
    assert_eq!(loaded(&sure, Phase::Invoke), ["late.js", "helper.js"]);
}
