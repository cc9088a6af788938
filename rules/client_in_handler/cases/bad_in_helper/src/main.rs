use lambda_runtime::{run, service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<String>) -> Result<String, Error> {
    fetch(&event.payload).await
}

async fn fetch(address: &str) -> Result<String, Error> {
    let client = reqwest::Client::builder().build()?; // ~ client-in-handler
    Ok(client.get(address).send().await?.text().await?)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
