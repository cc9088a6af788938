// A small CDK application; with WATCH set, what `defrost scale --alarms cdk` wrote for it is a part of it.
import * as cdk from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sources from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';

const app = new cdk.App({ outdir: process.env.OUT });
const stack = new cdk.Stack(app, 'Orders');
const made = (id: string, seconds: number) =>
  new lambda.Function(stack, id, {
    runtime: lambda.Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = async () => ({ statusCode: 200 });'),
    timeout: cdk.Duration.seconds(seconds),
    memorySize: 512,
  });
const api = made('Api', 10);
api.addFunctionUrl();
const worker = made('Worker', 30);
const jobs = new sqs.Queue(stack, 'Jobs', { visibilityTimeout: cdk.Duration.seconds(180) });
worker.addEventSource(new sources.SqsEventSource(jobs));
const report = made('Report', 300);
new events.Rule(stack, 'Nightly', {
  schedule: events.Schedule.rate(cdk.Duration.hours(1)),
  targets: [new targets.LambdaFunction(report)],
});
if (process.env.WATCH) {
  const { Watch } = require('./watch');
  new Watch(stack, 'Watch', { api, worker, report, jobs });
}
app.synth();
