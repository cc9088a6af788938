use crate::declare::model::Dialect;
use crate::engine::{ApplicationContext, Sink};
use crate::finding::Severity;

/// Reports functions that run with the least memory, or the shortest timeout, because nobody chose.
pub(super) fn check(cx: &ApplicationContext<'_>, sink: &mut Sink<'_>) {
    // Other frameworks have defaults of their own.
    if !matches!(
        cx.application.dialect,
        Dialect::Sam | Dialect::CloudFormation | Dialect::Cdk | Dialect::Terraform | Dialect::TerraformPlan
    ) {
        return;
    }
    let facts = &cx.facts().memory;
    for (id, function) in cx.own_functions() {
        let (memory, timeout) = (function.memory_mb.is_unset(), function.timeout_s.is_unset());
        if function.is_image || function.capacity_provider.is_set() || !(memory || timeout) {
            continue;
        }
        let share = f64::from(facts.default_mb) / crate::platform::Platform::AwsLambda.limits().full_cpu_memory_mb;
        let size = format!("{} MB and {:.0} % of a CPU", facts.default_mb, share * 100.0);
        let time = format!("{} s", facts.default_timeout_seconds);
        let message = match (memory, timeout) {
            (true, true) => format!("nothing sets memory and timeout: the function runs with {size}, for {time}"),
            (true, false) => format!("nothing sets the memory: the function runs with {size}"),
            _ => format!("nothing sets the timeout: the function is ended after {time}"),
        };
        let small = cx.code_of(id).is_some_and(|code| code.artifact.unpacked_bytes() < cx.number("tiny-bytes") as u64);
        let snippet = [("memory", memory, "512"), ("timeout", timeout, "10")];
        let lines: Vec<String> = snippet
            .iter()
            .filter(|(_, missing, _)| *missing)
            .filter_map(|(name, _, value)| cx.snippet(name, &[("n", value)]))
            .collect();
        let finding = cx.about(id, function.origin.place, message);
        let finding = finding.snippet((!lines.is_empty()).then(|| lines.join("\n")));
        sink.report_as(if small { Severity::Note } else { Severity::Warning }, finding);
    }
}
