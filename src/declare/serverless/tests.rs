use super::super::model::*;
use super::super::testing::{Memory, read};

const SERVICE: &str = r#"service: shop
frameworkVersion: '4'
plugins: [serverless-python-requirements, serverless-esbuild]
custom:
  stage: ${opt:stage, self:provider.stage}
  sizes: {dev: 256, prod: 1024}
  pythonRequirements: {zip: true, slim: true}
  again: ${self:custom.loop}
  loop: ${self:custom.again}
  esbuild: {bundle: true, minify: true, external: [sharp]}
provider:
  name: aws
  runtime: python3.13
  stage: ${opt:stage, 'dev'}
  region: eu-central-1
  architecture: arm64
  environment:
    STAGE: ${sls:stage}
    SECRET: ${ssm:/shop/secret}
    TABLE: !Ref Table
  httpApi: {timeout: 20}
package: {individually: true, patterns: ['!tests/**']}
layers:
  common: {path: layers/common}
functions:
  price-list:
    handler: src/price.handler
    memorySize: ${self:custom.sizes.${self:custom.stage}}
    provisionedConcurrency: 6
    reservedConcurrency: 20
    layers: [!Ref CommonLambdaLayer]
    events:
      - httpApi: GET /price
      - http: {path: 'items/{id}', method: post, async: true}
      - schedule: {rate: [rate(1 day), cron(0 1 * * ? *)], enabled: false}
  worker:
    handler: src/worker.handler
    timeout: ${env:TIMEOUT}
    onError: !GetAtt Dead.Arn
    destinations: {onFailure: price-list}
    package: {patterns: ['src/worker/**']}
    events:
      - sqs: {arn: !GetAtt Jobs.Arn, batchSize: 5, maximumConcurrency: 4, functionResponseType: ReportBatchItemFailures}
      - stream: {type: kinesis, arn: 'arn:aws:kinesis:eu-central-1:1:stream/s', startingPosition: LATEST}
      - s3: uploads
      - sns: arn:aws:sns:eu-central-1:1:t
  other: ${file(functions/other.yml)}
  loop: ${self:custom.loop}
resources:
  - Resources:
      Jobs: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 36, QueueName: 'jobs-${sls:stage}'}}
      Dead: {Type: AWS::SQS::Queue}
      Table: {Type: AWS::DynamoDB::Table}
      Rule:
        Type: AWS::Events::Rule
        Properties:
          EventPattern: {source: [shop]}
          Targets: [{Id: x, Arn: !GetAtt PriceDashlistLambdaFunction.Arn}]
  - extensions:
      WorkerLambdaFunction: {Properties: {MemorySize: 768}}
"#;

fn service() -> Application {
    let other = "handler: ${self:custom.name, 'src/other'}.main\nruntime: nodejs22.x\nurl: true\nimage: ~\n";
    let files = Memory::new([("api/serverless.yml", SERVICE), ("api/functions/other.yml", other)]);
    super::super::read("api/serverless.yml", &files).unwrap()
}

fn function<'a>(app: &'a Application, id: &str) -> (Id<Function>, &'a Function) {
    app.functions.ids().find(|(_, function)| function.origin.id == id).unwrap()
}

#[test]
fn variables_and_the_providers_settings_are_put_in() {
    let app = service();
    assert_eq!((app.dialect, app.name.as_str(), app.stage.text()), (Dialect::Serverless, "shop", Some("dev")));
    let (id, price) = function(&app, "price-list");
    assert_eq!(price.memory_mb.known(), Some(&256));
    assert_eq!(price.name.text(), Some("shop-dev-price-list"));
    assert_eq!(price.runtime_name.text(), Some("python3.13"));
    assert_eq!(price.architecture.known(), Some(&crate::platform::Architecture::Arm64));
    assert_eq!((app.timeout_s(id), app.default_memory_mb()), (Some(6), 1024));
    assert_eq!(price.environment["STAGE"].text(), Some("dev"));
    assert!(price.environment["SECRET"].why().unwrap().to_string().contains("${ssm:/shop/secret}"));
    assert!(price.environment["TABLE"].is_unknown());
    assert!(matches!(price.layers.as_slice(), [LayerUse::Own(..)]));
    assert_eq!(app.text_at(price.origin.place), "price-list");
}

#[test]
fn what_cannot_be_resolved_is_unknown_and_said() {
    let app = service();
    let (_, worker) = function(&app, "worker");
    assert!(worker.timeout_s.why().unwrap().to_string().contains("${env:TIMEOUT}"));
    assert!(app.functions.iter().all(|function| function.origin.id != "loop"));
    assert_eq!(app.problems.len(), 1, "{:?}", app.problems);
    assert!(app.problems[0].message.contains("`loop` is left out"));
}

#[test]
fn included_files_keep_their_own_places() {
    let app = service();
    let (_, other) = function(&app, "other");
    assert_eq!(other.handler.text(), Some("src/other.main"));
    assert_eq!(app.location(other.runtime_name.place().unwrap()).path, "api/functions/other.yml");
    assert_eq!(app.text_at(other.runtime_name.place().unwrap()), "nodejs22.x");
    assert_eq!(app.urls.len(), 1);
}

#[test]
fn provisioned_concurrency_makes_an_alias_that_events_use_and_rules_do_not() {
    let app = service();
    let (id, _) = function(&app, "price-list");
    let alias = app.aliases_of(id).next().unwrap().0;
    let provisioned = app.provisioned.iter().next().unwrap();
    assert_eq!((provisioned.amount.known(), &provisioned.on.qualifier), (Some(&6), &Qualifier::Alias(alias)));
    let by_rule = |trigger: &&Trigger| matches!(trigger.source, TriggerSource::Rule(_));
    let (rules, others): (Vec<_>, Vec<_>) = app.triggers_of(id).partition(by_rule);
    assert_eq!(rules.iter().map(|trigger| &trigger.qualifier).collect::<Vec<_>>(), [&Qualifier::Latest]);
    let by_destination = |trigger: &&Trigger| trigger.source == TriggerSource::Service("destination".to_owned());
    let (results, others): (Vec<_>, Vec<_>) = others.into_iter().partition(by_destination);
    assert_eq!(results.len(), 1);
    assert!(others.iter().all(|trigger| trigger.qualifier == Qualifier::Alias(alias)));
    assert_eq!(others.len(), 4, "{others:?}");
    assert_eq!(others.iter().filter(|trigger| trigger.is_off()).count(), 2);
    let routes: Vec<_> = app.routes.iter().map(|route| (route.path.text(), route.timeout_ms.known())).collect();
    assert_eq!(routes, [(Some("/price"), Some(&20_000)), (Some("/items/{id}"), None)]);
}

#[test]
fn queues_streams_and_their_settings() {
    let app = service();
    let (id, worker) = function(&app, "worker");
    assert_eq!(worker.memory_mb.known(), Some(&768));
    assert!(matches!(worker.dead_letter.known(), Some(Destination::Queue(_))));
    let mappings: Vec<_> = app.mappings.iter().collect();
    assert!(matches!(mappings[0].source, Destination::Queue(_)));
    let settings = (mappings[0].max_concurrency.known(), mappings[0].reports_item_failures.known());
    assert_eq!(settings, (Some(&4), Some(&true)));
    assert_eq!(mappings[1].kind, SourceKind::Kinesis);
    assert_eq!(app.event_invokes.iter().next().unwrap().on.function(), Some(id));
    assert!(matches!(app.event_invokes.iter().next().unwrap().on_failure.known(), Some(Destination::Function(_))));
    assert_eq!(app.triggers_of(id).count(), 4);
    let patterns: Vec<_> = worker.code.build.patterns.iter().map(|p| (p.glob.as_str(), p.excludes)).collect();
    assert_eq!(patterns, [("tests/**", true), ("src/worker/**", false)]);
    assert_eq!(worker.code.build.method, BuildMethod::Esbuild);
    assert_eq!(worker.code.build.python.as_ref().unwrap().zip.known(), Some(&true));
    assert_eq!(app.queues.iter().next().unwrap().name.text(), Some("jobs-dev"));
}

#[test]
fn a_script_is_read_as_far_as_it_is_literal() {
    let text = "import type { AWS } from '@serverless/typescript';\nconst size = 512;\nconst config: AWS = {\n  service: 'shop',\n  provider: { name: 'aws', runtime: 'nodejs22.x', memorySize: size },\n  functions: {\n    a: { handler: 'src/a.main', timeout: Number(process.env.T), events: [{ httpApi: 'GET /a' }] },\n  },\n};\nmodule.exports = config;\n";
    let app = read("serverless.ts", text);
    let (_, a) = function(&app, "a");
    assert_eq!((a.handler.text(), a.memory_mb.known()), (Some("src/a.main"), Some(&512)));
    assert!(a.timeout_s.is_unknown());
    assert_eq!(app.text_at(a.handler.place().unwrap()), "'src/a.main'");
    assert_eq!(app.routes.len(), 1);
}

#[test]
fn functions_that_a_script_imports_are_followed() {
    let files = Memory::new([
        (
            "api/serverless.ts",
            "import hello from '@functions/hello';\nimport { bye } from './src/functions';\nexport default {\n  service: 'shop', provider: { name: 'aws', runtime: 'nodejs22.x' },\n  functions: { hello, bye: bye, other: lost },\n};\n",
        ),
        (
            "api/src/functions/hello/index.ts",
            "import { handlerPath } from '@libs/handler-resolver';\nexport default {\n  handler: `${handlerPath(__dirname)}/handler.main`,\n  events: [{ http: { method: 'get', path: 'hello' } }],\n};\n",
        ),
        (
            "api/src/functions/index.ts",
            "export { default as bye } from './bye';\nexport { default as again } from './index';\n",
        ),
        (
            "api/src/functions/bye/index.ts",
            "const bye = { handler: 'src/bye.main', timeout: 20 };\nexport default bye;\n",
        ),
    ]);
    let app = super::super::read("api/serverless.ts", &files).unwrap();
    let found: Vec<_> = app.functions.iter().map(|f| (f.origin.id.as_str(), f.handler.text())).collect();
    assert_eq!(found, [("hello", Some("src/functions/hello/handler.main")), ("bye", Some("src/bye.main"))]);
    let hello = function(&app, "hello").1;
    assert_eq!(
        (app.text_at(hello.origin.place), app.location(hello.origin.place).path.as_str()),
        ("hello", "api/serverless.ts")
    );
    assert_eq!(app.routes.iter().next().unwrap().path.text(), Some("/hello"));
    assert!(app.problems[0].message.contains("`other` is left out"));
}

/// The handler, memory and timeout of the function `a` of a script whose service stands behind some code.
fn scripted(code: &str, handler: &str, more: &str) -> (Option<String>, Option<u32>, Option<u32>) {
    let text = format!(
        "{code}\nconst config = {{\n  service: 'shop', provider: {{ name: 'aws', runtime: 'nodejs22.x' }},\n  functions: {{ a: {{ handler: {handler}, {more} }} }},\n}};\nmodule.exports = config;\n"
    );
    let app = read("serverless.ts", &text);
    let (_, a) = function(&app, "a");
    (a.handler.text().map(str::to_owned), a.memory_mb.known().copied(), a.timeout_s.known().copied())
}

#[test]
fn a_script_calculates_with_numbers_and_joins_texts() {
    let of = |more: &str| scripted("const base = 256;", "'src/a' + 1 + '.main'", more);
    let all = |memory, timeout| (Some("src/a1.main".to_owned()), memory, timeout);
    assert_eq!(of("memorySize: 512 + 512, timeout: 10 + 20"), all(Some(1024), Some(30)));
    assert_eq!(of("memorySize: base * 2, timeout: 60 * 5"), all(Some(512), Some(300)));
    assert_eq!(of("memorySize: base + Number(process.env.M), timeout: true + 1"), all(None, None));
}

#[test]
fn a_service_that_a_function_makes_is_read() {
    let files = Memory::new([
        (
            "serverless.ts",
            "import { list } from '@functions/index';\nconst size = 256;\nconst make = async () => {\n  const service = 'shop';\n  let stage = 'dev';\n  if (process.env.STAGE) stage = process.env.STAGE;\n  const config = {\n    service, provider: { name: 'aws', runtime: 'nodejs22.x', memorySize: size, environment: { STAGE: stage } },\n    functions: { list },\n  };\n  if (process.env.BUCKET) config.provider.deploymentBucket = process.env.BUCKET;\n  return config;\n};\nmodule.exports = make();\n",
        ),
        ("src/functions/index.ts", "export { default as list } from './list';\n"),
        (
            "src/functions/list/index.ts",
            "import { handlerPath } from '@libs/resolver';\nexport default <AWS['functions'][string]>{ handler: `${handlerPath(__dirname)}/handler.main` };\n",
        ),
    ]);
    let app = super::super::read("serverless.ts", &files).unwrap();
    let (_, list) = function(&app, "list");
    assert_eq!(list.handler.text(), Some("src/functions/list/handler.main"));
    assert_eq!((app.name.as_str(), list.memory_mb.known()), ("shop", Some(&256)));
    assert!(list.environment["STAGE"].is_unknown());
}

#[test]
fn scripts_of_commonjs_are_followed() {
    let files = Memory::new([
        (
            "serverless.js",
            "const base = require('./base');\nconst { orders, more: extra } = require('./functions');\nmodule.exports = { ...base, // its service\n  provider: base.provider, functions: { orders, extra, ...require('./functions/users') } };\n",
        ),
        (
            "base.js",
            "module.exports = { service: 'shop', provider: { name: 'aws', runtime: 'nodejs22.x', environment: { ...process.env.X, A: '1' } } };\n",
        ),
        ("functions/index.js", "exports.orders = require('./orders');\nexports.more = { handler: 'src/more.main' };\n"),
        (
            "functions/orders.js",
            "const { handlerPath } = require('../libs');\nmodule.exports = { handler: `${handlerPath(__dirname)}/orders.main` };\n",
        ),
        (
            "functions/users.js",
            "const name = 'users';\nmodule.exports = { [name]: { handler: 'src/users.main' }, [name + lost]: { handler: 'src/lost.main' }, ...lost };\n",
        ),
        ("libs/index.js", "exports.handlerPath = context => context.split(process.cwd())[1].substring(1);\n"),
    ]);
    let app = super::super::read("serverless.js", &files).unwrap();
    let known = ["orders", "extra", "users"].map(|name| function(&app, name).1.handler.text());
    assert_eq!(known, [Some("functions/orders.main"), Some("src/more.main"), Some("src/users.main")]);
    assert!(function(&app, "orders").1.environment_open.is_some());
    assert!(app.problems.iter().any(|problem| problem.message.contains("`${script:expression}` is left out")));
}

#[test]
fn parameters_of_helpers_are_their_own() {
    let of = |helper: &str, call: &str| {
        scripted(&format!("const stage = 'dev';\nconst suffix = '.broken';\nconst at = {helper};"), call, "").0
    };
    let known = |handler: &str| Some(handler.to_owned());
    let with_default = "(name: string, ext = '.main') => 'src/' + name + ext";
    assert_eq!(of(with_default, "at('a')"), known("src/a.main"));
    assert_eq!(of(with_default, "at('a', '.other')"), known("src/a.other"));
    assert_eq!(of("(name: string, ext?: string) => 'src/' + name + ext", "at('a')"), None);
    assert_eq!(of("(name: string) => 'src/' + name + suffix", "at('a')"), known("src/a.broken"));
    assert_eq!(of("(name: string) => (name = 'other', 'src/' + name)", "at('a')"), None);
    assert_eq!(of("async (name: string) => 'src/' + name", "at('a')"), None);
    // What a helper makes of the folder is known of the one that takes the working folder away.
    assert_eq!(of("(folder: string) => `${folder.split('/').pop()}`", "at(__dirname) + 'a.main'"), None);
    let starters = "(folder: string) => `${folder.split(process.cwd())[1].substring(1)}`";
    assert_eq!(of(starters, "at(__dirname) + 'a.main'"), known("a.main"));
}

#[test]
fn variables_that_change_are_not_known() {
    let of = |code: &str, handler: &str| scripted(code, handler, "").0;
    let known = Some("src/a.main".to_owned());
    assert_eq!(of("const o = { h: 'src/no.main', h: 'src/a.main' };", "o.h"), known);
    assert_eq!(of("const o = { h: 'src/no.main', ...{ h: 'src/a.main' } };", "o.h"), known);
    for code in [
        "let o = { h: 'src/no.main' };\no = { h: 'src/a.main' };",
        "const o: any = { h: 'src/no.main' };\no.h = 'src/a.main';",
        "const o: any = { h: 'src/no.main' };\nfunction set() { o.h = 'src/a.main'; }\nset();",
        "const o: any = { h: 'src/no.main' };\nObject.assign(o, { h: 'src/a.main' });",
        "const o: any = { h: 'src/no.main' };\ndelete o.h;",
    ] {
        assert_eq!(of(code, "o.h"), None, "{code}");
    }
    // What a function sets of its own says nothing of the module's.
    let other = "const o = { h: 'src/a.main' };\nfunction count() { let n = 1; n = 2; return n; }";
    assert_eq!(of(other, "o.h"), known);
}

#[test]
fn scripts_that_export_all_of_each_other_end() {
    let service = "import * as functions from './src';\nexport default { service: 'shop', provider: { name: 'aws' }, functions: { ...functions } };\n";
    let twice =
        "export * from './index';\nexport * from './other';\nexport * from './other';\nexport * from './index';\n";
    let chain: Vec<(String, String)> = (0..38)
        .map(|at| (format!("src/c{at}.ts"), format!("export * from './c{0}';\nexport * from './c{0}';\n", at + 1)))
        .collect();
    let mut files = vec![
        ("serverless.ts", service),
        ("src/index.ts", twice),
        (
            "src/other.ts",
            "export * from './index';\nexport * from './c0';\nexport const a = { handler: 'src/a.main' };\n",
        ),
    ];
    files.extend(chain.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let app = super::super::read("serverless.ts", &Memory::new(files));
    assert!(app.is_err() || app.unwrap().functions.len() <= 1);
    // Without the chain it is known what they export.
    let files = [
        (
            "serverless.ts",
            "import { a } from './src';\nexport default { service: 'shop', provider: { name: 'aws' }, functions: { a } };\n",
        ),
        ("src/index.ts", twice),
        ("src/other.ts", "export * from './index';\nexport const a = { handler: 'src/a.main' };\n"),
    ];
    let app = super::super::read("serverless.ts", &Memory::new(files)).unwrap();
    assert_eq!(function(&app, "a").1.handler.text(), Some("src/a.main"));
}

#[test]
fn helpers_of_a_script_and_whole_modules_are_followed() {
    let files = Memory::new([
        (
            "serverless.ts",
            "import * as functions from '@functions';\nimport { queue } from './src/functions/queue';\nconst config = {\n  service: 'shop', provider: { name: 'aws', runtime: 'nodejs22.x' },\n  functions: { ...functions, late: { handler: queue.handler, timeout: queue.timeout } },\n};\nmodule.exports = config;\n",
        ),
        ("src/functions/index.ts", "export { orders } from './orders';\nexport * from './users';\nexport default 1;\n"),
        (
            "src/functions/orders/index.ts",
            "import { handlerPath } from '@libs/resolver';\nconst at = (name: string) => `${handlerPath(__dirname)}/handlers/${name}.main`;\nexport const orders = { handler: at('list') };\n",
        ),
        (
            "src/functions/users/index.ts",
            "function at(folder: string, name: string) { return 'src/' + folder + '/' + name; }\nexport const users = { handler: at('users', 'all.main') };\nexport const broken = { handler: at(...lost) };\n",
        ),
        ("src/functions/queue.ts", "export const queue = { handler: 'src/queue.main', timeout: 30 };\n"),
    ]);
    let app = super::super::read("serverless.ts", &files).unwrap();
    let found: Vec<_> = app.functions.iter().map(|f| (f.origin.id.as_str(), f.handler.text())).collect();
    let expected = [
        ("orders", Some("src/functions/orders/handlers/list.main")),
        ("users", Some("src/users/all.main")),
        ("broken", None),
        ("late", Some("src/queue.main")),
    ];
    assert_eq!(found, expected);
    assert_eq!(function(&app, "late").1.timeout_s.known(), Some(&30));
}

#[test]
fn files_of_variables_stay_behind_where_the_framework_reads_them() {
    let patterns = |told: &str| {
        let text = format!(
            "service: x\n{told}provider: {{name: aws}}\npackage: {{patterns: ['src/**']}}\nfunctions: {{a: {{handler: a.b}}}}\n"
        );
        let app = read("serverless.yml", &text);
        let patterns = function(&app, "a").1.code.build.patterns.iter();
        patterns.map(|pattern| (pattern.glob.clone(), pattern.excludes)).collect::<Vec<_>>()
    };
    let own = ("src/**".to_owned(), false);
    assert_eq!(patterns("useDotenv: true\n"), [(".env*".to_owned(), true), own.clone()]);
    assert_eq!(patterns("useDotenv: false\n"), std::slice::from_ref(&own));
    assert_eq!(patterns(""), [own]);
}

#[test]
fn odd_shapes_cost_only_themselves() {
    let odd = [
        "service: x\nprovider: aws\nfunctions:\n  a: 3\n  b: [1]\n  c: {handler: [x], events: {a: b}, layers: 1, package: 2}\n",
        "service: {name: x}\nprovider: {name: aws}\nfunctions: ${file(functions.js)}\nresources: 3\n",
        "service: ${self:service}\nprovider: {name: aws, stage: '${self:provider.stage}'}\nfunctions: {a: {handler: a.b}}\n",
        "service: x\nprovider: {name: aws}\nfunctions: ${file(../../../../etc/passwd.yml)}\n",
        "service: x\nprovider: {name: aws}\nfunctions: [{a: {handler: '${self:'}}, {b: {handler: '${}'}}]\n",
    ];
    let functions: Vec<_> = odd.iter().map(|text| read("serverless.yml", text).functions.len()).collect();
    assert_eq!(functions, [1, 0, 1, 0, 2]);
}

#[test]
fn variables_that_double_each_other_end() {
    let mut text = "service: x\nprovider: {name: aws}\ncustom:\n  v0: [a, a]\n".to_owned();
    for level in 1..40 {
        text.push_str(&format!("  v{level}: ['${{self:custom.v{0}}}', '${{self:custom.v{0}}}']\n", level - 1));
    }
    text.push_str("functions: {a: {handler: a.b, tags: '${self:custom.v39}'}}\n");
    assert_eq!(read("serverless.yml", &text).functions.len(), 1);
}

#[test]
fn a_plugin_brings_the_handler_of_a_wsgi_application() {
    let text = "service: x\nprovider: {name: aws, runtime: python3.12}\nplugins: [serverless-wsgi]\ncustom: {wsgi: {app: api.app}}\nfunctions: {a: {handler: wsgi_handler.handler}}\n";
    let brought = |text: &str| {
        let app = read("serverless.yml", text);
        function(&app, "a").1.code.build.brought.clone()
    };
    assert_eq!(brought(text).unwrap().leads_to, "api.app");
    assert_eq!(brought(&text.replace("[serverless-wsgi]", "[]")), None);
}

const LIFT: &str = r#"service: jobs
plugins: [serverless-lift]
provider: {name: aws, runtime: python3.13, region: eu-central-1}
constructs:
  jobs:
    type: queue
    maxBatchingDelay: 20
    worker:
      handler: handler.consumer
      timeout: 30
  mails:
    type: queue
    maxRetries: 8
    batchSize: 10
    alarm: ops@example.com
    worker: {handler: handler.mails}
  site: {type: static-website, path: public}
"#;

#[test]
fn queues_of_lift_have_workers_and_dead_letter_queues() {
    let app = read("serverless.yml", LIFT);
    let names: Vec<&str> = app.functions.iter().map(|function| function.origin.id.as_str()).collect();
    assert_eq!(names, ["jobsWorker", "mailsWorker"]);
    let queue = |id: &str| app.queues.iter().find(|queue| queue.origin.id == id).unwrap();
    let jobs = queue("constructs.jobs");
    assert_eq!(jobs.visibility_s.known(), Some(&200));
    assert_eq!(jobs.redrive.known().unwrap().max_receives.known(), Some(&3));
    assert!(queue("constructs.jobs.dlq").is_dead_letter);
    let mails = queue("constructs.mails");
    assert_eq!(mails.visibility_s.known(), Some(&36));
    assert_eq!(mails.redrive.known().unwrap().max_receives.known(), Some(&8));
    let batches: Vec<_> = app.mappings.iter().map(|mapping| mapping.batch_size.known().copied()).collect();
    assert_eq!(batches, [Some(1), Some(10)]);
    assert!(app.mappings.iter().all(|mapping| mapping.reports_item_failures.known() == Some(&true)));
    assert_eq!(app.alarms.len(), 1);
}
