use aws_sdk_s3::Client;
use lambda_runtime::{run, service_fn, Error, LambdaEvent};

struct Shared {
    client: Client,
}

impl Shared {
    // Has no receiver, so that no call behind a dot can mean it.
    async fn load_all() -> Self {
        Self { client: Client::new(&aws_config::load_from_env().await) }
    }
}

async fn handler(shared: &Shared, event: LambdaEvent<String>) -> Result<String, Error> {
    shared.client.list_buckets().send().await?;
    Ok(tables::open(&event.payload).load_all().await)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let shared = Shared::load_all().await;
    run(service_fn(|event| handler(&shared, event))).await
}
