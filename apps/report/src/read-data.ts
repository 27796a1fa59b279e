/**
 * The data of the page.
 *
 * @module
 */
import type { ReportData } from '@austeer/experiments';

/**
 * Reads the text of the page's data element.
 *
 * @throws Error that says what is wrong, for the reader of the page.
 */
export function readData(text: string): ReportData {
  if (text.trim() === '')
    throw new Error('This page holds no data. "austeer report runs/…" makes one that does.');
  const data = JSON.parse(text) as ReportData;
  if (data.format !== 'austeer-report' || data.version !== 1) {
    throw new Error(
      `This page shows austeer-report version 1; its data is ${JSON.stringify(data.format)} version ${JSON.stringify(data.version)}.`,
    );
  }
  return data;
}
