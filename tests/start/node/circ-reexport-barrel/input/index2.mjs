export * from './child.mjs';
export * from './parent.mjs';
