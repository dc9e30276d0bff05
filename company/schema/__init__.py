"""The company's tables; import rows from here, not from the parts."""

from company.schema.acknowledgements import Acknowledgement
from company.schema.charges import Negotiation, Quotation, Receivable
from company.schema.contracts import Contract, ContractModule, PlanVersion
from company.schema.data_imports import DataImportRun
from company.schema.numbers import NumberSeries
from company.schema.parties import Customer, CustomerContact, ProductModule
from company.schema.projects import Milestone, Project, ServicePeriod
from company.schema.requirements import Issue, Requirement
from company.schema.service_requests import ClockStop, ServiceRequest
from company.schema.site import Emergency, SiteRecord
from company.schema.standards import PriceList, ServiceStandard
from company.schema.visits import Visit

__all__ = [
    "Acknowledgement",
    "ClockStop",
    "Contract",
    "ContractModule",
    "Customer",
    "CustomerContact",
    "DataImportRun",
    "Emergency",
    "Issue",
    "Milestone",
    "Negotiation",
    "NumberSeries",
    "PlanVersion",
    "PriceList",
    "ProductModule",
    "Project",
    "Quotation",
    "Receivable",
    "Requirement",
    "ServicePeriod",
    "ServiceRequest",
    "ServiceStandard",
    "SiteRecord",
    "Visit",
]
