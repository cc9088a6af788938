use lambda_runtime::{run, service_fn, Error, LambdaEvent};

async fn handler(client: &reqwest::Client, event: LambdaEvent<String>) -> Result<String, Error> {
    Ok(client.get(event.payload).send().await?.text().await?)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let client = reqwest::Client::new();
    let client = &client;
    run(service_fn(move |event| async move { handler(client, event).await })).await
}
