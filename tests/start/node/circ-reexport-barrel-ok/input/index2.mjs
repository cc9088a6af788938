export * from './parent.mjs';
export * from './child.mjs';
