//! Modules of the public registry that many configurations use, by what their inputs mean.

use super::super::model::{Build, BuildMethod, Code, CodePart, CodeSource, Image, Origin, Pattern, Place, Why};
use super::super::resource::{Resource, own};
use super::super::tree::{Kind, Maker, Scope, Tree};
use super::Configuration;
use super::resources::{remote, set};

/// Inputs of the function module and the properties that they set.
const FUNCTION: [(&str, &str); 17] = [
    ("function_name", "FunctionName"),
    ("handler", "Handler"),
    ("runtime", "Runtime"),
    ("memory_size", "MemorySize"),
    ("timeout", "Timeout"),
    ("reserved_concurrent_executions", "ReservedConcurrentExecutions"),
    ("layers", "Layers"),
    ("architectures", "Architectures"),
    ("package_type", "PackageType"),
    ("environment_variables", "Environment.Variables"),
    ("ephemeral_storage_size", "EphemeralStorage.Size"),
    ("dead_letter_target_arn", "DeadLetterConfig.TargetArn"),
    ("tracing_mode", "TracingConfig.Mode"),
    ("vpc_subnet_ids", "VpcConfig.SubnetIds"),
    ("file_system_local_mount_path", "FileSystemConfigs.LocalMountPath"),
    ("publish", "Publish"),
    ("tags", "Tags"),
];

/// Settings of the module's event source mappings.
const MAPPING: [(&str, &str); 12] = [
    ("event_source_arn", "EventSourceArn"),
    ("batch_size", "BatchSize"),
    ("maximum_batching_window_in_seconds", "MaximumBatchingWindowInSeconds"),
    ("enabled", "Enabled"),
    ("starting_position", "StartingPosition"),
    ("parallelization_factor", "ParallelizationFactor"),
    ("maximum_retry_attempts", "MaximumRetryAttempts"),
    ("maximum_record_age_in_seconds", "MaximumRecordAgeInSeconds"),
    ("bisect_batch_on_function_error", "BisectBatchOnFunctionError"),
    ("function_response_types", "FunctionResponseTypes"),
    ("tumbling_window_in_seconds", "TumblingWindowInSeconds"),
    ("destination_arn_on_failure", "DestinationConfig.OnFailure.Destination"),
];

/// The id that the module's own function has inside of it.
const OWN: &str = "aws_lambda_function.this";

impl Configuration<'_, '_> {
    /// Makes what a common module makes; false where the module is not known.
    pub(super) fn common_module(
        &mut self,
        source: &str,
        id: &str,
        arguments: &Tree,
        scope: Scope,
        place: Place,
    ) -> bool {
        let source = source.split('?').next().unwrap_or(source);
        let source = source.trim_end_matches(".git");
        let is = |registry: &str, repository: &str| {
            source == registry || source.ends_with(repository) || source.starts_with(&format!("{registry}//wrappers"))
        };
        if is("terraform-aws-modules/lambda/aws", "terraform-aws-modules/terraform-aws-lambda") {
            self.function_module(id, arguments, scope, place);
            return true;
        }
        if is("terraform-aws-modules/sqs/aws", "terraform-aws-modules/terraform-aws-sqs") {
            self.queue_module(id, arguments, scope, place);
            return true;
        }
        false
    }

    fn add(&mut self, id: &str, place: Place, scope: Scope, kind: &str, tree: Tree, names: &[&str]) -> &mut Resource {
        let origin = Origin { id: id.to_owned(), place, properties: None, condition: None };
        let mut resource = Resource::new(origin, scope, kind, tree);
        resource.extra.names = names.iter().map(|name| (*name).to_owned()).collect();
        resource.extra.written = Some("module".to_owned());
        resource.extra.is_hidden = kind.starts_with("own::");
        let resources = &mut self.reader.gathered.resources;
        resources.push(resource);
        let last = resources.len() - 1;
        &mut resources[last]
    }

    fn outputs(&mut self, scope: Scope, names: &[(&str, &str)], id: &str, place: Place) {
        for (name, attribute) in names {
            let tree = Tree::reference(scope, id, attribute, place);
            self.reader.gathered.outputs.insert((scope, (*name).to_owned()), tree);
        }
    }

    fn function_module(&mut self, id: &str, arguments: &Tree, scope: Scope, place: Place) {
        let is_off = |key: &str| arguments.get(key).truth().known() == Some(&false);
        if is_off("create") {
            return;
        }
        if arguments.get("create_layer").truth().known() == Some(&true) {
            return self.layer_module(id, arguments, scope, place);
        }
        if is_off("create_function") {
            return;
        }
        let tree = translated(arguments, &FUNCTION, place);
        let tree = self.module_settings(arguments, tree);
        let code = self.module_code(arguments);
        self.add(id, place, scope, "AWS::Lambda::Function", tree, &[OWN]).extra.code = Some(code);
        let names = [
            ("lambda_function_arn", "arn"),
            ("lambda_function_arn_static", "arn"),
            ("lambda_function_name", "function_name"),
            ("lambda_function_invoke_arn", "invoke_arn"),
            ("lambda_function_qualified_arn", "qualified_arn"),
            ("lambda_function_qualified_invoke_arn", "qualified_invoke_arn"),
            ("lambda_function_version", "version"),
        ];
        self.outputs(scope, &names, OWN, place);
        self.module_events(id, arguments, scope, place);
    }

    fn module_settings(&self, arguments: &Tree, mut tree: Tree) -> Tree {
        let reserved = arguments.get("reserved_concurrent_executions");
        if reserved.known().is_some_and(|text| text.starts_with('-'))
            && let Kind::Map(map) = &mut tree.kind
        {
            map.entries.retain(|(key, _)| &*key.text != "ReservedConcurrentExecutions");
        }
        let snap_start = arguments.get("snap_start");
        match snap_start.truth().known() {
            Some(true) => {
                set(&mut tree, "SnapStart.ApplyOn", Tree::text("PublishedVersions", snap_start.place).derived())
            }
            Some(false) => {}
            None if snap_start.is_null() => {}
            None => set(&mut tree, "SnapStart.ApplyOn", snap_start.clone()),
        }
        tree
    }

    fn module_events(&mut self, id: &str, arguments: &Tree, scope: Scope, place: Place) {
        let function = Tree::reference(scope, OWN, "", place);
        let provisioned = arguments.get("provisioned_concurrent_executions");
        let is_some = provisioned.known().is_none_or(|text| text.parse::<i64>().is_ok_and(|number| number > 0));
        if !provisioned.is_null() && is_some {
            let make = Maker { place: provisioned.place };
            let published = Tree::reference(scope, OWN, "version", place);
            let on_latest = arguments.get("publish").truth().known() != Some(&true);
            let qualifier = if on_latest { Tree::null(place) } else { published };
            let tree = make.map([
                ("FunctionName", function.clone()),
                ("Qualifier", qualifier),
                ("Amount", provisioned.clone()),
            ]);
            self.add(id, provisioned.place, scope, own::PROVISIONED, tree, &[]);
        }
        for (key, mapping) in arguments.get("event_source_mapping").entries() {
            let mut tree = translated(mapping, &MAPPING, key.place);
            let scaling = mapping.at(&["scaling_config", "maximum_concurrency"]);
            if !scaling.is_null() {
                set(&mut tree, "ScalingConfig.MaximumConcurrency", scaling.clone());
            }
            set(&mut tree, "FunctionName", function.clone());
            let name = format!("{id}.{}", key.text);
            self.add(&name, key.place, scope, "AWS::Lambda::EventSourceMapping", tree, &[]);
        }
        for (key, trigger) in arguments.get("allowed_triggers").entries() {
            let make = Maker { place: key.place };
            let service = trigger.get("service");
            let principal = match service.known() {
                Some(service) => make.text(format!("{service}.amazonaws.com")),
                None => trigger.get("principal").clone(),
            };
            let tree = make.map([
                ("FunctionName", function.clone()),
                ("Principal", principal),
                ("SourceArn", trigger.get("source_arn").clone()),
            ]);
            let name = format!("{id}.{}", key.text);
            self.add(&name, key.place, scope, "AWS::Lambda::Permission", tree, &[]);
        }
        self.module_invocation(id, arguments, scope, place, &function);
    }

    fn module_invocation(&mut self, id: &str, arguments: &Tree, scope: Scope, place: Place, function: &Tree) {
        let make = Maker { place };
        if arguments.get("create_lambda_function_url").truth().known() == Some(&true) {
            let mode = arguments.get("invoke_mode").clone();
            let tree = make.map([("TargetFunctionArn", function.clone()), ("InvokeMode", mode)]);
            self.add(id, place, scope, "AWS::Lambda::Url", tree, &[]).extra.is_hidden = true;
        }
        if arguments.get("create_async_event_config").truth().known() == Some(&true) {
            let mut tree = make.map([
                ("FunctionName", function.clone()),
                ("MaximumRetryAttempts", arguments.get("maximum_retry_attempts").clone()),
                ("MaximumEventAgeInSeconds", arguments.get("maximum_event_age_in_seconds").clone()),
            ]);
            let failure = arguments.get("destination_on_failure");
            if !failure.is_null() {
                set(&mut tree, "DestinationConfig.OnFailure.Destination", failure.clone());
            }
            self.add(id, place, scope, "AWS::Lambda::EventInvokeConfig", tree, &[]).extra.is_hidden = true;
        }
    }

    fn layer_module(&mut self, id: &str, arguments: &Tree, scope: Scope, place: Place) {
        let inputs = [("layer_name", "LayerName"), ("compatible_runtimes", "CompatibleRuntimes")];
        let tree = translated(arguments, &inputs, place);
        let code = self.module_code(arguments);
        let name = "aws_lambda_layer_version.this";
        self.add(id, place, scope, "AWS::Lambda::LayerVersion", tree, &[name]).extra.code = Some(code);
        self.outputs(scope, &[("lambda_layer_arn", "arn")], name, place);
    }

    fn module_code(&self, arguments: &Tree) -> Code {
        let image = arguments.get("image_uri");
        if !image.is_null() {
            let source = CodeSource::Image(Image { uri: image.setting(), ..Image::default() });
            return Code { source, place: Some(image.place), build: Build::default() };
        }
        let existing = arguments.get("local_existing_package");
        if let Some(path) = existing.known() {
            return Code { source: self.path(path), place: Some(existing.place), build: Build::default() };
        }
        let bucket = arguments.at(&["s3_existing_package", "bucket"]);
        if !bucket.is_null() {
            let source = remote(bucket, arguments.at(&["s3_existing_package", "key"]));
            return Code { source, place: Some(bucket.place), build: Build::default() };
        }
        let written = arguments.get("source_path");
        let (source, build) = self.source_path(written);
        Code { source, place: (!written.is_null()).then_some(written.place), build }
    }

    /// A path, a list of them, or mappings with a path and what is done with it.
    fn source_path(&self, written: &Tree) -> (CodeSource, Build) {
        // A path alone has its dependencies installed; a mapping has them where it says so.
        let is_installed = written.one_or_more().iter().any(installs);
        let method = if is_installed { BuildMethod::Manifest } else { BuildMethod::AsIs };
        let mut build = Build { method, ..Build::default() };
        let mut paths = Vec::new();
        for item in written.one_or_more() {
            let path = if item.as_map().is_some() { item.get("path") } else { item };
            match (&path.kind, path.known()) {
                (_, Some(known)) => match self.path(known) {
                    CodeSource::Local(path) => paths.push(path),
                    other => return (other, build),
                },
                (Kind::Unknown(why), _) => return (CodeSource::Unknown(why.clone()), build),
                (Kind::Text(text), _) => return (CodeSource::Unknown(text.why()), build),
                _ => {}
            }
            build.commands.extend(item.get("commands").one_or_more().iter().filter_map(Tree::known).map(str::to_owned));
            if let Some(prefix) = item.get("prefix_in_zip").known() {
                build.prefix = Some(prefix.to_owned());
            }
            build.patterns.extend(patterns(item.get("patterns")));
        }
        let source = match paths.len() {
            0 => CodeSource::Unknown(Why::new("has no path that is known")),
            1 => CodeSource::Local(paths.remove(0)),
            _ => CodeSource::Parts(paths.into_iter().map(|path| CodePart { path, to: None, is_made: false }).collect()),
        };
        (source, build)
    }

    fn queue_module(&mut self, id: &str, arguments: &Tree, scope: Scope, place: Place) {
        let inputs = [
            ("name", "QueueName"),
            ("visibility_timeout_seconds", "VisibilityTimeout"),
            ("message_retention_seconds", "MessageRetentionPeriod"),
            ("delay_seconds", "DelaySeconds"),
            ("fifo_queue", "FifoQueue"),
            ("redrive_policy", "RedrivePolicy"),
        ];
        let mut tree = translated(arguments, &inputs, place);
        let (queue, dead) = ("aws_sqs_queue.this", "aws_sqs_queue.dlq");
        if arguments.get("create_dlq").truth().known() == Some(&true) {
            let target = Tree::reference(scope, dead, "arn", place);
            set(&mut tree, "RedrivePolicy.deadLetterTargetArn", target);
            if tree.at(&["RedrivePolicy", "maxReceiveCount"]).is_null() {
                // The module's own default.
                set(&mut tree, "RedrivePolicy.maxReceiveCount", Tree::text("5", place).derived());
            }
            let empty = Tree::map(Vec::new(), place);
            self.add(&format!("{id}.dlq"), place, scope, "AWS::SQS::Queue", empty, &[dead]);
            let names = [("dead_letter_queue_arn", "arn"), ("dead_letter_queue_url", "url")];
            self.outputs(scope, &names, dead, place);
        }
        self.add(id, place, scope, "AWS::SQS::Queue", tree, &[queue]);
        let names = [("queue_arn", "arn"), ("queue_url", "url"), ("queue_id", "id"), ("queue_name", "name")];
        self.outputs(scope, &names, queue, place);
    }
}

/// Whether the module installs dependencies beside a source, or may: what commands do is not known.
fn installs(item: &Tree) -> bool {
    const KEYS: [&str; 6] =
        ["commands", "pip_requirements", "poetry_install", "uv_install", "npm_requirements", "npm_package_json"];
    let is_set = |key: &&str| !item.get(key).is_null() && item.get(key).truth().known() != Some(&false);
    item.as_map().is_none() || KEYS.iter().any(is_set)
}

fn translated(arguments: &Tree, inputs: &[(&str, &str)], place: Place) -> Tree {
    let mut tree = Tree::map(Vec::new(), place);
    for (from, to) in inputs {
        let value = arguments.get(from);
        if !value.is_null() {
            set(&mut tree, to, value.clone());
        }
    }
    tree
}

/// The module's patterns are regular expressions: taken where a glob can say all of them.
fn patterns(list: &Tree) -> Vec<Pattern> {
    let items = list.one_or_more().iter();
    let pattern = |item: &Tree| {
        let written = item.known()?;
        let (glob, excludes) = written.strip_prefix('!').map_or((written, false), |glob| (glob, true));
        let plain = glob.replace(".*", "*").replace("\\.", ".");
        let is_plain = !plain.contains(['(', ')', '[', ']', '+', '?', '\\', '^', '$', '|']);
        is_plain.then(|| Pattern { glob: plain.replace('*', "**"), excludes, place: item.place })
    };
    items.map(pattern).collect::<Option<_>>().unwrap_or_default()
}
