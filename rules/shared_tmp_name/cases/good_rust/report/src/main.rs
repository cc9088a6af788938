use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::Value;

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let file = format!("/tmp/{}.csv", event.context.request_id);
    std::fs::write(&file, event.payload.to_string())?;
    Ok(Value::Null)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    std::fs::create_dir_all("/tmp/reports")?;
    run(service_fn(handler)).await
}
