use super::super::model::*;
use super::super::testing::{Memory, read};

const SAM: &str = r#"AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Memory: {Type: Number, Default: 512}
  Stage: {Type: String}
  Old: {Type: String, Default: 'no'}
Conditions:
  IsOld: !Equals [!Ref Old, 'yes']
  IsProd: !Equals [!Ref Stage, prod]
  NotProd: !Not [!Condition IsProd]
Mappings:
  Sizes: {small: {mb: 256}}
Globals:
  Function:
    Runtime: python3.12
    Timeout: 10
    MemorySize: !Ref Memory
    Layers: [!Ref Common]
    Environment: {Variables: {LEVEL: info, SHARED: global}}
Resources:
  Common:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: layers/common/}
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 60
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}
  Dead: {Type: AWS::SQS::Queue}
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/orders
      Handler: app.handler
      Architectures: [arm64]
      AutoPublishAlias: live
      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 5}
      DeploymentPreference: {Type: Canary10Percent5Minutes, Alarms: [!If [IsProd, !Ref Errors, !Ref AWS::NoValue]]}
      Layers: [arn:aws:lambda:eu-west-1:1:layer:x:3, !Sub 'arn:aws:lambda:${AWS::Region}:9:layer:y:1']
      Environment:
        Variables: {LEVEL: debug, STAGE: !Ref Stage, JOINED: !Join [',', [a, !Ref Memory]]}
      Events:
        List: {Type: Api, Properties: {Path: /orders, Method: get}}
        Any: {Type: HttpApi, Properties: {Path: '/x/{id}', Method: any}}
        Jobs: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn, BatchSize: 5, ScalingConfig: {MaximumConcurrency: 8}}}
        Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day), Enabled: false}}
  Picture:
    Type: AWS::Serverless::Function
    Properties: {PackageType: Image}
    Metadata: {DockerContext: ./picture, Dockerfile: Dockerfile}
  Warm:
    Type: AWS::Serverless::Function
    Condition: IsProd
    Properties:
      Handler: warm.handler
      Runtime: !If [IsOld, python3.9, python3.13]
      MemorySize: !FindInMap [Sizes, small, mb]
      Timeout: !If [IsProd, 10, 20]
      CodeUri: ../warm
      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 2}
  Cold: {Type: AWS::Serverless::Function, Condition: NotProd, Properties: {InlineCode: "x = 1", Handler: index.h}}
  Errors:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions: [{Name: FunctionName, Value: !Ref Orders}]
      Threshold: 1
"#;

fn sam() -> Application {
    read("deploy/template.yaml", SAM)
}

fn function<'a>(app: &'a Application, id: &str) -> (Id<Function>, &'a Function) {
    app.functions.ids().find(|(_, function)| function.origin.id == id).unwrap()
}

#[test]
fn globals_parameters_and_own_properties_are_merged() {
    let app = sam();
    assert_eq!((app.dialect, app.name.as_str(), app.functions.len()), (Dialect::Sam, "deploy", 4));
    let (_, orders) = function(&app, "Orders");
    assert_eq!(orders.runtime.known().unwrap().id(), "python3.12");
    assert!(!orders.runtime.is_literal() && orders.handler.is_literal());
    assert_eq!((orders.memory_mb.known(), orders.timeout_s.known()), (Some(&512), Some(&10)));
    assert_eq!(orders.code.source, CodeSource::Local("deploy/src/orders".to_owned()));
    assert_eq!(orders.code.build.output.as_deref(), Some("deploy/.aws-sam/build/Orders"));
    let layers = orders.layers.iter().map(|layer| match layer {
        LayerUse::Own(id, _) => app.layers[*id].origin.id.clone(),
        LayerUse::Arn(arn, _) => arn.clone(),
        LayerUse::Unknown(why, _) => why.to_string(),
    });
    let expected = ["Common", "arn:aws:lambda:eu-west-1:1:layer:x:3", "arn:aws:lambda:*:9:layer:y:1"];
    assert_eq!(layers.collect::<Vec<_>>(), expected);
    let variables: Vec<_> = orders.environment.iter().map(|(key, value)| (key.as_str(), value.text())).collect();
    let expected = [("JOINED", Some("a,512")), ("LEVEL", Some("debug")), ("SHARED", Some("global")), ("STAGE", None)];
    assert_eq!(variables, expected);
}

#[test]
fn values_point_at_what_has_to_change() {
    let app = sam();
    let (_, orders) = function(&app, "Orders");
    assert_eq!(app.text_at(orders.origin.place), "Orders");
    assert_eq!(app.text_at(orders.handler.place().unwrap()), "app.handler");
    assert_eq!(app.text_at(orders.reserved.place_or(&orders.origin)), "Orders");
}

#[test]
fn events_are_triggers_through_the_published_alias() {
    let app = sam();
    let (id, _) = function(&app, "Orders");
    let triggers: Vec<_> = app.triggers_of(id).collect();
    assert_eq!(triggers.len(), 4, "{triggers:?}");
    assert!(triggers.iter().all(|trigger| matches!(trigger.qualifier, Qualifier::Alias(_))));
    let styles: Vec<_> = triggers.iter().map(|trigger| trigger.invocation).collect();
    use Invocation::{Asynchronous, Poll, Synchronous};
    assert_eq!(styles, [Synchronous, Synchronous, Poll, Asynchronous]);
    assert!(triggers[3].is_off() && triggers[2].is_on());
    let routes: Vec<_> = app.routes.iter().map(|route| (route.method.text(), route.path.text())).collect();
    assert_eq!(routes, [(Some("GET"), Some("/orders")), (Some("ANY"), Some("/x/{id}"))]);
    assert!(app.apis.iter().all(|api| api.is_implicit));
}

#[test]
fn queues_know_their_readers_and_dead_letter_queues() {
    let app = sam();
    let mapping = app.mappings.iter().next().unwrap();
    let Destination::Queue(jobs) = mapping.source else { panic!("{mapping:?}") };
    assert_eq!(
        (mapping.kind, mapping.batch_size.known(), mapping.max_concurrency.known()),
        (SourceKind::Sqs, Some(&5), Some(&8))
    );
    let redrive = app.queues[jobs].redrive.known().unwrap();
    assert_eq!(redrive.max_receives.known(), Some(&5));
    let Destination::Queue(dead) = redrive.target else { panic!() };
    assert!(app.queues[dead].is_dead_letter && !app.queues[jobs].is_dead_letter);
}

#[test]
fn provisioned_concurrency_needs_something_that_holds_it() {
    let app = sam();
    let on: Vec<_> = app.provisioned.iter().map(|item| (item.amount.known(), &item.on.qualifier)).collect();
    assert!(matches!(on.as_slice(), [(Some(5), Qualifier::Alias(_)), (Some(2), Qualifier::Latest)]), "{on:?}");
}

#[test]
fn conditions_decide_choose_and_exclude() {
    let app = sam();
    let (_, warm) = function(&app, "Warm");
    assert_eq!(warm.runtime_name.text(), Some("python3.13"));
    assert_eq!(warm.memory_mb.known(), Some(&256));
    assert!(warm.timeout_s.why().unwrap().to_string().contains("`IsProd`"));
    let (_, cold) = function(&app, "Cold");
    let (_, orders) = function(&app, "Orders");
    assert!(app.exclude(&warm.origin, &cold.origin) && !app.exclude(&warm.origin, &orders.origin));
    assert_eq!(cold.code.source, CodeSource::Inline { text: "x = 1".to_owned(), file: "index.py".to_owned() });
    assert_eq!(warm.code.source, CodeSource::Local("warm".to_owned()));
}

#[test]
fn deployments_and_alarms_name_each_other() {
    let app = sam();
    let deployment = app.deployments.iter().next().unwrap();
    assert_eq!(deployment.kind.known(), Some(&DeploymentKind::Canary));
    // An alarm under a condition is one that may be there.
    assert_eq!(deployment.alarms.known().map(Vec::len), Some(1));
    let alarm = app.alarms.iter().next().unwrap();
    let dimension = &alarm.metrics[0].dimensions[0];
    assert_eq!(dimension.function.as_ref().and_then(FunctionRef::function), Some(function(&app, "Orders").0));
    assert!(alarm.actions.is_unset());
}

#[test]
fn images_have_a_context_and_a_dockerfile() {
    let app = sam();
    let (_, picture) = function(&app, "Picture");
    let CodeSource::Image(image) = &picture.code.source else { panic!("{:?}", picture.code) };
    assert_eq!(image.context.as_deref(), Some("deploy/picture"));
    assert_eq!(image.dockerfile.as_deref(), Some("deploy/picture/Dockerfile"));
    assert!(picture.is_image);
}

const CDK: &str = r#"{"Resources": {
  "Fn": {"Type": "AWS::Lambda::Function",
         "Metadata": {"aws:cdk:path": "S/Fn/Resource", "aws:asset:path": "asset.abc", "aws:asset:property": "Code"},
         "Properties": {"Code": {"S3Bucket": {"Fn::Sub": "b-${AWS::AccountId}"}, "S3Key": "abc.zip"},
                        "Handler": "index.handler", "Runtime": "nodejs22.x"}},
  "Log": {"Type": "AWS::Lambda::Function", "Properties": {"Handler": "index.handler"},
          "Metadata": {"aws:cdk:path": "S/LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a/Resource"}},
  "V": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Fn"}}},
  "Live": {"Type": "AWS::Lambda::Alias",
           "Properties": {"FunctionName": {"Ref": "Fn"}, "FunctionVersion": {"Fn::GetAtt": ["V", "Version"]}, "Name": "live",
                          "ProvisionedConcurrencyConfig": {"ProvisionedConcurrentExecutions": 10}},
           "UpdatePolicy": {"CodeDeployLambdaAliasUpdate": {"DeploymentGroupName": {"Ref": "Group"}}}},
  "Group": {"Type": "AWS::CodeDeploy::DeploymentGroup",
            "Properties": {"DeploymentConfigName": "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"}},
  "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {}},
  "Items": {"Type": "AWS::ApiGateway::Resource",
            "Properties": {"ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]}, "PathPart": "items", "RestApiId": {"Ref": "Api"}}},
  "Get": {"Type": "AWS::ApiGateway::Method",
          "Properties": {"HttpMethod": "GET", "ResourceId": {"Ref": "Items"}, "RestApiId": {"Ref": "Api"},
            "Integration": {"TimeoutInMillis": 5000, "Uri": {"Fn::Join": ["", ["arn:aws:apigateway:", {"Ref": "AWS::Region"},
              ":lambda:path/2015-03-31/functions/", {"Ref": "Live"}, "/invocations"]]}}}},
  "Target": {"Type": "AWS::ApplicationAutoScaling::ScalableTarget",
             "Properties": {"MinCapacity": 2, "MaxCapacity": 20, "ServiceNamespace": "lambda",
               "ScalableDimension": "lambda:function:ProvisionedConcurrency",
               "ResourceId": {"Fn::Join": ["", ["function:", {"Ref": "Fn"}, ":live"]]}}},
  "Policy": {"Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
             "Properties": {"PolicyType": "TargetTrackingScaling", "ScalingTargetId": {"Ref": "Target"},
               "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 0.7,
                 "PredefinedMetricSpecification": {"PredefinedMetricType": "LambdaProvisionedConcurrencyUtilization"}}}},
  "Sub": {"Type": "AWS::SNS::Subscription", "Properties": {"Protocol": "lambda", "TopicArn": {"Ref": "T"}, "Endpoint": {"Fn::GetAtt": ["Fn", "Arn"]}}},
  "T": {"Type": "AWS::SNS::Topic"},
  "P": {"Type": "AWS::Lambda::Permission", "Properties": {"Action": "lambda:InvokeFunction", "FunctionName": {"Ref": "Fn"}, "Principal": "sns.amazonaws.com"}}
}}"#;

#[test]
fn an_alias_stands_behind_a_piece_of_an_arn() {
    let of = |behind: &str| {
        let text = format!(
            "Resources:\n  F: {{Type: AWS::Serverless::Function, Properties: {{CodeUri: src}}}}\n  T:\n    Type: AWS::ApplicationAutoScaling::ScalableTarget\n    Properties:\n      ServiceNamespace: lambda\n      ResourceId: !Join [':', [function, !Select [6, !Split [':', !GetAtt F.Arn]]{behind}]]\n"
        );
        let app = read("template.yaml", &text);
        app.scalable_targets.iter().next().unwrap().function.qualifier.clone()
    };
    assert_eq!(of(", live"), Qualifier::Named("live".to_owned()));
    assert_eq!(of(""), Qualifier::Latest);
    assert!(matches!(of(", !Ref Stage"), Qualifier::Unknown(_)));
}

#[test]
fn what_the_cdk_writes_is_joined_by_reference() {
    let manifest = r#"{"artifacts": {"S.assets": {"type": "cdk:asset-manifest", "properties": {"file": "S.assets.json"}},
        "S": {"type": "aws:cloudformation:stack", "environment": "aws://1/eu-west-1", "properties": {"templateFile": "S.template.json"}}}}"#;
    let files = Memory::new([("cdk.out/manifest.json", manifest), ("cdk.out/S.template.json", CDK)]);
    let app = super::super::read("cdk.out/manifest.json", &files).unwrap();
    assert_eq!((app.dialect, app.name.as_str()), (Dialect::Cdk, "S"));
    let (id, function) = function(&app, "Fn");
    assert_eq!(function.code.source, CodeSource::Local("cdk.out/asset.abc".to_owned()));
    let kinds: Vec<_> = app.functions.iter().map(|function| function.kind).collect();
    assert_eq!(kinds, [FunctionKind::Own, FunctionKind::Helper]);
    let live = app.aliases_of(id).next().unwrap().0;
    let route = app.routes.iter().next().unwrap();
    assert_eq!((route.path.text(), route.timeout_ms.known()), (Some("/items"), Some(&5000)));
    assert_eq!(route.function.qualifier, Qualifier::Alias(live));
    let target = app.scalable_targets.iter().next().unwrap();
    assert_eq!((target.function.function(), &target.function.qualifier), (Some(id), &Qualifier::Alias(live)));
    let policy = app.scaling_policies.iter().next().unwrap();
    assert!(policy.target.is_some() && policy.target_value.known() == Some(&0.7));
    let deployment = app.deployments.iter().next().unwrap();
    assert_eq!((deployment.kind.known(), deployment.origin.id.as_str()), (Some(&DeploymentKind::Linear), "Group"));
    // The permission says nothing that the subscription does not.
    assert_eq!(app.triggers_of(id).count(), 2, "{:?}", app.triggers);
}

#[test]
fn images_of_the_cdk_are_built_of_their_assets() {
    let manifest = r#"{"artifacts": {"S.assets": {"type": "cdk:asset-manifest", "properties": {"file": "S.assets.json"}},
        "S": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "S.template.json"}}}}"#;
    let assets = r#"{"dockerImages": {
        "6dd9": {"source": {"directory": "asset.6dd9", "platform": "linux/arm64"}},
        "a6c2": {"source": {"directory": "asset.a6c2", "dockerFile": "Other.Dockerfile", "dockerBuildTarget": "late", "dockerBuildArgs": {"MODE": "x"}}}}}"#;
    let uri = |hash: &str| {
        format!(
            r#"{{"Fn::Sub": "${{AWS::AccountId}}.dkr.ecr.${{AWS::Region}}.${{AWS::URLSuffix}}/cdk-container-assets:{hash}"}}"#
        )
    };
    let of = |id: &str, hash: &str, metadata: &str| {
        let uri = uri(hash);
        format!(
            r#""{id}": {{"Type": "AWS::Lambda::Function", "Properties": {{"Code": {{"ImageUri": {uri}}}, "PackageType": "Image"}}, "Metadata": {metadata}}}"#
        )
    };
    let said = r#"{"aws:asset:path": "asset.a6c2", "aws:asset:dockerfile-path": "Other.Dockerfile", "aws:asset:docker-build-target": "late",
        "aws:asset:docker-build-args": {"MODE": "x"}, "aws:asset:property": "Code.ImageUri"}"#;
    let functions =
        [of("Plain", "6dd9", "{}"), of("Unsaid", "a6c2", "{}"), of("Said", "a6c2", said), of("Other", "0000", "{}")];
    let template = format!("{{\"Resources\": {{{}}}}}", functions.join(","));
    let files = Memory::new([
        ("cdk.out/manifest.json", manifest),
        ("cdk.out/S.assets.json", assets),
        ("cdk.out/S.template.json", template.as_str()),
    ]);
    let app = super::super::read("cdk.out/manifest.json", &files).unwrap();
    let image = |id: &str| match &function(&app, id).1.code.source {
        CodeSource::Image(image) => image.clone(),
        other => panic!("{other:?}"),
    };
    let plain = image("Plain");
    assert_eq!(plain.dockerfile.as_deref(), Some("cdk.out/asset.6dd9/Dockerfile"));
    for image in [image("Unsaid"), image("Said")] {
        assert_eq!(image.context.as_deref(), Some("cdk.out/asset.a6c2"));
        assert_eq!(image.dockerfile.as_deref(), Some("cdk.out/asset.a6c2/Other.Dockerfile"));
        assert_eq!(image.target.text(), Some("late"));
        assert_eq!((image.arguments[0].0.as_str(), image.arguments[0].1.text()), ("MODE", Some("x")));
    }
    assert_eq!(image("Other").dockerfile, None);
}

#[test]
fn nested_applications_are_followed_with_their_parameters_and_outputs() {
    let root = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Queues:\n    Type: AWS::CloudFormation::Stack\n    Properties:\n      TemplateURL: ./queues.yaml\n      Parameters: {Seconds: 90}\n  Inner:\n    Type: AWS::Serverless::Application\n    Properties:\n      Location: inner/template.yaml\n      Parameters: {Queue: !GetAtt Queues.Outputs.Arn}\n";
    let queues = "Parameters: {Seconds: {Type: Number}}\nResources:\n  Q: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: !Ref Seconds}}\nOutputs:\n  Arn: {Value: !GetAtt Q.Arn}\n";
    let inner = "Transform: AWS::Serverless-2016-10-31\nParameters: {Queue: {Type: String}}\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: src/\n      Events: {E: {Type: SQS, Properties: {Queue: !Ref Queue}}}\n";
    let files = Memory::new([("template.yaml", root), ("queues.yaml", queues), ("inner/template.yaml", inner)]);
    let app = super::super::read("template.yaml", &files).unwrap();
    let mapping = app.mappings.iter().next().unwrap();
    let Destination::Queue(queue) = mapping.source else { panic!("{mapping:?}") };
    assert_eq!(app.queues[queue].visibility_s.known(), Some(&90));
    let (_, function) = function(&app, "F");
    assert_eq!(function.code.source, CodeSource::Local("inner/src".to_owned()));
    assert_eq!(function.code.build.output.as_deref(), Some(".aws-sam/build/Inner/F"));
    assert!(app.problems.is_empty(), "{:?}", app.problems);
}

#[test]
fn routes_of_an_openapi_file_are_followed() {
    let text = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Api:\n    Type: AWS::Serverless::Api\n    Properties:\n      StageName: v1\n      DefinitionBody:\n        Fn::Transform: {Name: AWS::Include, Parameters: {Location: ./openapi.yaml}}\n  F: {Type: AWS::Serverless::Function, Properties: {CodeUri: src}}\n";
    let document = "openapi: 3.0.1\npaths:\n  /a:\n    get:\n      x-amazon-apigateway-integration:\n        uri: {Fn::Sub: 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations'}\n        timeoutInMillis: 4000\n";
    let files = Memory::new([("t.yaml", text), ("openapi.yaml", document)]);
    let app = super::super::read("t.yaml", &files).unwrap();
    let route = app.routes.iter().next().unwrap();
    assert_eq!(
        (route.method.text(), route.path.text(), route.timeout_ms.known()),
        (Some("GET"), Some("/a"), Some(&4000))
    );
    assert_eq!(app.location(route.origin.place).path, "openapi.yaml");
    assert_eq!(app.triggers.len(), 1);
    let lost = super::super::read("t.yaml", &Memory::new([("t.yaml", text)])).unwrap();
    assert!(lost.problems[0].message.contains("cannot be read"), "{:?}", lost.problems);
}

#[test]
fn resources_of_an_included_file_are_part_of_the_template() {
    let text = "Parameters: {Size: {Default: 640}}\nResources:\n  Fn::Transform: {Name: AWS::Include, Parameters: {Location: parts/f.yaml}}\n  Q: {Type: AWS::SQS::Queue}\n  G: {Type: AWS::Lambda::Function}\n";
    let part = "F:\n  Type: AWS::Lambda::Function\n  Properties: {MemorySize: !Ref Size, DeadLetterConfig: {TargetArn: !GetAtt Q.Arn}}\n";
    let files = Memory::new([("t.yaml", text), ("parts/f.yaml", part)]);
    let app = super::super::read("t.yaml", &files).unwrap();
    let (_, f) = function(&app, "F");
    assert_eq!((f.memory_mb.known(), app.location(f.origin.place).path.as_str()), (Some(&640), "parts/f.yaml"));
    assert!(matches!(f.dead_letter.known(), Some(Destination::Queue(_))) && app.problems.is_empty());
    let outside = text.replace("parts/f.yaml", "../f.yaml");
    let app = read("t.yaml", &outside);
    assert!(app.problems[0].to_string().starts_with("t.yaml:3:") && app.problems[0].message.contains("outside"));
}

#[test]
fn loops_are_written_out() {
    let text = "Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\nResources:\n  Fn::ForEach::Workers:\n    - Name\n    - [Red, Blue]\n    - ${Name}Worker:\n        Type: AWS::Serverless::Function\n        Properties:\n          Handler: !Sub '${Name}.handler'\n          CodeUri: src\n";
    let app = read("template.yaml", text);
    let names: Vec<_> = app.functions.iter().map(|f| (f.origin.id.as_str(), f.handler.text())).collect();
    assert_eq!(names, [("RedWorker", Some("Red.handler")), ("BlueWorker", Some("Blue.handler"))]);
}

#[test]
fn settings_beside_the_template_give_parameters() {
    let config = "version = 0.1\n[default.deploy.parameters]\nstack_name = \"shop\"\nparameter_overrides = \"Stage=prod Memory=1024\"\n";
    let files = Memory::new([("deploy/template.yaml", SAM), ("deploy/samconfig.toml", config)]);
    let app = super::super::read("deploy/template.yaml", &files).unwrap();
    assert_eq!(app.name, "shop");
    assert_eq!(function(&app, "Warm").1.timeout_s.known(), Some(&10));
    assert_eq!(function(&app, "Orders").1.memory_mb.known(), Some(&1024));
}

#[test]
fn odd_shapes_and_hostile_ones_cost_only_themselves() {
    let odd = [
        "Resources: {A: 1, B: {Type: AWS::Serverless::Function}, ? [x] : y}",
        "Resources: {A: {Type: AWS::Serverless::Function, Properties: [1]}}",
        "Resources: {A: {Type: AWS::Serverless::Function, Properties: {CodeUri: {a: b}, Layers: x, Events: [1]}}}",
        "Resources: {A: {Type: AWS::Serverless::Function, Properties: {CodeUri: !Sub ['${', {}], Timeout: -1}}}",
        "Resources: {A: {Type: AWS::Lambda::Function, Properties: {Code: /etc, Environment: {Variables: 3}}}}",
        "Conditions: {A: !Condition B, B: !Condition A}\nResources: {F: {Type: AWS::Lambda::Function, Condition: A, Properties: {Timeout: !If [A, 1, 2]}}}",
        "Globals: 1\nParameters: x\nResources: {A: {Type: AWS::Serverless::Function, Properties: {Runtime: !Ref Y}}}",
        "Resources: {A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: t.yaml}}, F: {Type: AWS::Lambda::Function}}",
        "Resources: {A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ../../etc/x.yaml}}, F: {Type: AWS::Lambda::Function}}",
        "Transform: Mystery\nResources: {F: {Type: AWS::Lambda::Function}}",
    ];
    for text in odd {
        let app = read("t.yaml", text);
        assert!(app.functions.len() + app.resources.len() > 0, "{text}");
    }
    assert!(read("t.yaml", odd[7]).problems[0].to_string().contains("t.yaml:1:13: t.yaml contains itself"));
    assert!(read("t.yaml", odd[8]).problems[0].message.contains("cannot be read"));
    assert!(read("t.yaml", odd[9]).problems[0].to_string().starts_with("t.yaml:1:12: what the transform `Mystery`"));
    let broken = super::super::read("t.yaml", &Memory::new([("t.yaml", "Resources:\n  A: {\n  B: [\n")])).unwrap_err();
    assert!(broken.line.unwrap() >= 2);
}

#[test]
fn repeated_references_cannot_fill_memory() {
    let mut text = format!("Parameters: {{P: {{Type: String, Default: {}}}}}\nResources:\n", "x".repeat(60_000));
    for number in 0..9_000 {
        text.push_str(&format!("  F{number}: {{Type: AWS::Lambda::Function, Properties: {{Description: !Sub 'a${{P}}', Handler: !Sub '${{P}}b'}}}}\n"));
    }
    let app = read("t.yaml", &text);
    assert!(app.functions.len() > 1_000);
}

#[test]
fn a_text_is_a_template_only_with_resources_at_its_top() {
    let is = super::looks_like_one;
    let function = "Type: AWS::Lambda::Function";
    assert!(
        is(&format!("Resources:\n  F:\n    {function}\n")) && is(&format!("\"Resources\":\n  F:\n    {function}\n"))
    );
    assert!(is(&format!("{{Resources: {{F: {{{function}}}}}}}")));
    let json = r#"{"Description": "a \"} {", "Resources": {"F": {"Type": "AWS::Lambda::Function"}}}"#;
    assert!(is(json));
    assert!(!is(&format!("shapes:\n  Resources:\n    F:\n      {function}\n")));
    assert!(!is(&format!("{{\"shapes\": {json}}}")));
    // One that ends in its middle is reported, not passed over.
    assert!(is(&json[..json.len() - 4]));
}

#[test]
fn functions_of_devices_are_not_analysed() {
    let text = "Resources:\n  F: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.12, Handler: index.handler, Code: {ZipFile: 'import greengrasssdk'}}}\n  V: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref F}}\n  D:\n    Type: AWS::Greengrass::FunctionDefinition\n    Properties:\n      InitialVersion: {Functions: [{Id: f, FunctionArn: !Ref V}]}\n";
    let app = read("template.yaml", text);
    assert_eq!(function(&app, "F").1.kind, FunctionKind::NotAnalysed);
}
