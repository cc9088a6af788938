use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use std::sync::LazyLock;

static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(reqwest::Client::new);

async fn handler(event: LambdaEvent<String>) -> Result<String, Error> {
    Ok(CLIENT.get(event.payload).send().await?.text().await?)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
