use super::*;

const SAM: &str = r#"AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Memory: {Type: Number, Default: 512}
  Stage: {Type: String}
Globals:
  Function:
    Runtime: python3.12
    Timeout: 10
    MemorySize: !Ref Memory
    Layers: [!Ref Common]
    Environment:
      Variables:
        LEVEL: info
        SHARED: global
Resources:
  Common:
    Type: AWS::Serverless::LayerVersion
    Properties:
      ContentUri: layers/common/
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/orders
      Handler: app.handler
      Architectures: [arm64]
      Layers:
        - arn:aws:lambda:eu-west-1:1:layer:x:3
      Environment:
        Variables:
          LEVEL: debug
          TABLE: !GetAtt Table.Arn
          STAGE: !Ref Stage
          SIZE: !Sub '${Memory}-${!x}'
          JOINED: !Join [',', [a, !Ref Memory]]
      Events:
        List:
          Type: Api
          Properties: {Path: /orders, Method: get}
        Any:
          Type: HttpApi
          Properties: {Path: '/x/{id}', Method: any}
        Jobs:
          Type: SQS
          Properties: {Queue: !GetAtt Queue.Arn}
  Picture:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
  Warm:
    Type: AWS::Serverless::Function
    Properties:
      Handler: warm.handler
      Runtime: !If [Old, python3.9, python3.13]
      CodeUri: ../warm
      AutoPublishAlias: live
      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 2}
"#;

fn declared(text: &str) -> Declared {
    functions("deploy/template.yaml", text).unwrap()
}

#[test]
fn globals_parameters_and_own_properties_are_merged() {
    let orders = &declared(SAM).functions[0];
    assert_eq!(orders.name, "Orders");
    assert_eq!(orders.runtime.as_ref().unwrap().id(), "python3.12");
    assert_eq!((orders.memory_mb, orders.timeout_s), (Some(512), Some(10.0)));
    assert_eq!(orders.handler.as_deref(), Some("app.handler"));
    assert_eq!(orders.architecture.unwrap().to_string(), "arm64");
    assert_eq!(orders.code.path, "deploy/src/orders");
    assert_eq!(orders.layers, [LocalCode { resource: "Common".to_owned(), path: "deploy/layers/common".to_owned() }]);
    let variables: Vec<_> = orders.environment.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(variables, ["JOINED=a,512", "LEVEL=debug", "SHARED=global", "SIZE=512-${x}"]);
}

#[test]
fn every_function_points_at_its_logical_id() {
    for function in declared(SAM).functions {
        let span = function.origin.span.unwrap();
        assert_eq!(&SAM[span.range_in(SAM.len())], function.name);
    }
}

#[test]
fn events_keep_method_and_path() {
    let declared = declared(SAM);
    let events: Vec<_> = declared.functions[0]
        .events
        .iter()
        .map(|event| (event.kind.as_str(), event.method.as_deref(), event.path.as_deref()))
        .collect();
    let expected =
        [("Api", Some("GET"), Some("/orders")), ("HttpApi", Some("ANY"), Some("/x/{id}")), ("SQS", None, None)];
    assert_eq!(events, expected);
}

#[test]
fn what_cannot_be_analysed_is_said() {
    let notes: Vec<_> = declared(SAM).notes.into_iter().map(|note| (note.line, note.message)).collect();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].1.contains("arn:aws:lambda:eu-west-1:1:layer:x:3"));
    assert_eq!(notes[1].0, 46);
    assert!(notes[1].1.starts_with("Picture is left out: container images"));
}

#[test]
fn an_unresolvable_value_stays_unset_and_provisioned_concurrency_counts() {
    let warm = &declared(SAM).functions[1];
    assert_eq!(warm.name, "Warm");
    assert!(warm.runtime.is_none());
    assert!(warm.init_off_request_path);
    assert_eq!(warm.code.path, "warm");
}

#[test]
fn cloudformation_json_with_aliases_versions_and_assets() {
    let text = r#"{"Resources": {
        "Fn": {"Type": "AWS::Lambda::Function",
               "Metadata": {"aws:asset:path": "asset.abc", "aws:asset:property": "Code"},
               "Properties": {"Code": {"S3Bucket": {"Fn::Sub": "b-${AWS::AccountId}"}, "S3Key": "abc.zip"},
                              "Handler": "index.handler", "Runtime": "nodejs22.x",
                              "SnapStart": {"ApplyOn": "None"}}},
        "Live": {"Type": "AWS::Lambda::Alias",
                 "Properties": {"FunctionName": {"Ref": "Fn"}, "ProvisionedConcurrencyConfig": {"x": 1}}},
        "Inline": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "x"}}},
        "Remote": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Bucket": "b", "S3Key": "k"}}}
    }}"#;
    let declared = functions("template.json", text).unwrap();
    assert_eq!(declared.functions.len(), 1);
    assert_eq!(declared.functions[0].code.path, "asset.abc");
    assert!(declared.functions[0].init_off_request_path);
    assert_eq!(declared.notes.len(), 2);
}

#[test]
fn broken_templates_name_their_line() {
    let error = functions("t.yaml", "Resources:\n  A: {\n  B: [\n").unwrap_err();
    assert!(error.to_string().starts_with("t.yaml:"), "{error}");
    assert!(error.line >= 2);
    let error = functions("t.yaml", "a: 1\n").unwrap_err();
    assert!(error.message.contains("there is no `Resources` mapping"));
    assert!(functions("t.yaml", "").unwrap_err().message.contains("empty"));
    assert!(functions("s.yml", "service: x\nprovider: {name: aws}\n").unwrap_err().message.contains("Serverless"));
}

#[test]
fn odd_shapes_are_not_worth_a_crash() {
    let odd = [
        "Resources: {A: 1, B: {Type: AWS::Serverless::Function}, ? [x] : y}",
        "Resources: {A: {Type: AWS::Serverless::Function, Properties: [1]}}",
        "Resources: {A: {Type: AWS::Serverless::Function, Properties: {CodeUri: {a: b}, Layers: x, Events: [1]}}}",
        "Resources: {A: {Type: AWS::Serverless::Function, Properties: {CodeUri: !Sub ['${', {}], Timeout: -1}}}",
        "Resources: {A: {Type: !Ref X, Properties: {}}}",
        "Resources: {A: {Type: AWS::Lambda::Function, Properties: {Code: /etc, Environment: {Variables: 3}}}}",
        "Globals: 1\nParameters: x\nResources: {A: {Type: AWS::Serverless::Function, Properties: {Runtime: !Ref Y}}}",
    ];
    for text in odd {
        functions("t.yaml", text).unwrap();
    }
    let outside = functions("t.yaml", odd[5]).unwrap();
    assert!(outside.functions.is_empty() && outside.notes[0].message.contains("not relative"));
}
