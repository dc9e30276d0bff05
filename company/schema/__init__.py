"""The company's tables; import rows from here, not from the parts."""

from company.schema.contracts import Contract, ContractModule, PlanVersion
from company.schema.parties import Customer, CustomerContact, ProductModule
from company.schema.projects import Milestone, Project, ProjectNumber, ServicePeriod

__all__ = [
    "Contract",
    "ContractModule",
    "Customer",
    "CustomerContact",
    "Milestone",
    "PlanVersion",
    "ProductModule",
    "Project",
    "ProjectNumber",
    "ServicePeriod",
]
