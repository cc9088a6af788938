use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use std::sync::LazyLock;

static RULES: LazyLock<Vec<regex::Regex>> = LazyLock::new(|| PATTERNS.iter().map(|p| regex::Regex::new(p).unwrap()).collect());

async fn handler(event: LambdaEvent<String>) -> Result<String, Error> {
    Ok(event.payload)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    once_cell::sync::Lazy::force(&OTHERS); // ~ eager-static
    run(service_fn(handler)).await
}
