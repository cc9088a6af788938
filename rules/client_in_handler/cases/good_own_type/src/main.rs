use lambda_runtime::{run, service_fn, Error, LambdaEvent};

/// A customer, not a connection.
struct Client {
    name: String,
}

impl Client {
    fn new(name: String) -> Self {
        Self { name }
    }
}

async fn handler(event: LambdaEvent<String>) -> Result<String, Error> {
    Ok(Client::new(event.payload).name)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
