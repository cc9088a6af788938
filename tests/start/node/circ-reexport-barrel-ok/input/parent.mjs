export class Parent {}
