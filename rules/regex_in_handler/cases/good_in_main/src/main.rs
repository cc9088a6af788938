use lambda_runtime::{run, service_fn, Error, LambdaEvent};

async fn handler(shape: &regex::Regex, event: LambdaEvent<String>) -> Result<String, Error> {
    Ok(shape.is_match(&event.payload).to_string())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let shape = regex::Regex::new("^[a-z]+$")?;
    let shape = &shape;
    run(service_fn(move |event| async move { handler(shape, event).await })).await
}
