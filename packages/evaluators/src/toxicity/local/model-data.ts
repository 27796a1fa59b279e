/** Placeholder. @module */
export const LOCAL_MODEL = {
  version: '0',
  dataHash: '',
  scale: 1,
  slope: 1,
  intercept: 0,
  threshold: 0.5,
  falsePositiveRate: 0,
  falseNegativeRate: 0,
  packed: '',
} as const;
