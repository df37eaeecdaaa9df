/** What can be shown to a person, and as which document. */
import type { Comparison } from "../analysis/compare-runs.ts";
import type { Outlook } from "../analysis/outlook.ts";
import type { Report } from "../analysis/report.ts";
import { comparisonDocument } from "./comparison-document.ts";
import type { Document } from "./document.ts";
import { outlookDocument } from "./outlook-document.ts";
import { type ReportDocumentOptions, reportDocument } from "./report-document.ts";

export type Subject = Report | Comparison | Outlook;

/** What a report says beside its figures: how it was made, and how commands are written in its hints. */
export type Told = Omit<ReportDocumentOptions, "wide">;

export function documentOf(subject: Subject, options: ReportDocumentOptions): Document {
  switch (subject.kind) {
    case "report":
      return reportDocument(subject, options);
    case "comparison":
      return comparisonDocument(subject);
    case "outlook":
      return outlookDocument(subject);
    default:
      return subject satisfies never;
  }
}
