use lambda_runtime::{run, service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<String>) -> Result<String, Error> {
    let shape = regex::Regex::new("^[a-z]+$")?; // ~ regex-in-handler
    Ok(shape.is_match(&event.payload).to_string())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(service_fn(handler)).await
}
