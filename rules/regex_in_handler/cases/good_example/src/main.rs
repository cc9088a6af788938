use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use std::sync::LazyLock;

static SHAPE: LazyLock<regex::Regex> = LazyLock::new(|| regex::Regex::new("^[a-z]+$").unwrap());

async fn handler(event: LambdaEvent<String>) -> Result<String, Error> {
    Ok(SHAPE.is_match(&event.payload).to_string())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
