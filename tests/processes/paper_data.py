"""Data as the processes hand it to documents and notices; optional values missing."""

from typing import Any

from engine.rendering.operation import Called

NAMES = Called(
    chen="陈刚",
    zhao="赵明",
    wang="王立民",
    pan="潘晓彤",
    hou="侯福龙",
    lin="林静",
    liu="刘洋",
    ma="马超",
)
CASE: dict[str, Any] = {
    "project_no": "KB-2026-001",
    "stage": "service",
    "manager": "chen",
    "sales_manager": "zhao",
    "agent": "lin",
    "customer": {
        "number": "C-001",
        "name": "大连海鹏制药有限公司",
        "category": "A",
        "contact": "王主任",
    },
    "contract": {
        "contract_no": "HT-26-031",
        "modules": ["进销存", "GSP", "财务"],
        "free_service_months": None,
    },
    "plan": {"version": 1, "start": "2026-03-23", "finish": "2026-05-15"},
    "request": {"request_no": "FW-2026-007", "title": "报错", "received_at": None},
    "requirement": {"requirement_no": "XQ-2026-003", "title": "批次效期预警"},
    "visit": {"visit_no": "HF-2026-011", "due_on": "2026-06-15"},
}
_PHASES = [
    {
        "name": "系统安装",
        "start": "2026-03-23",
        "finish": "2026-03-27",
        "owner": "chen",
        "deliverable": "安装确认单",
    },
    {
        "name": "培训",
        "start": "2026-04-07",
        "finish": "2026-05-15",
        "owner": None,
        "deliverable": None,
    },
]
_PLAN = {
    "version": 2,
    "phases": _PHASES,
    "resources": [],
    "risks": None,
    "plan_file": None,
    "start": "2026-03-23",
    "finish": "2026-05-15",
    "reason": None,
    "confirmed": True,
    "confirmed_by": "王主任",
}
_REQUIREMENT = {
    "requirement_no": "XQ-2026-003",
    "title": "批次效期预警",
    "description": "提前30天提示",
    "origin": "service",
    "raised_by": "chen",
}
_ISSUE = {
    "title": "批次效期预警",
    "description": "提前30天提示",
    "business_reason": None,
    "urgency": "high",
    "module": "GSP",
    "blocks_operation": False,
    "customer_insists": False,
}
_OPINION = {
    "in_contract": False,
    "urgent": False,
    "affects_operation": False,
    "effort_days": 8,
    "develop": True,
    "finish_by": None,
    "comment": None,
}
DOCUMENTS: dict[str, Any] = {
    "milestone_schedule": {
        "milestones": [{"name": "调研", "start": "2026-03-09", "finish": "2026-03-13"}],
        "note": None,
        "agreed_comment": None,
    },
    "preparation_confirmation": {
        "checklist_items": [
            {"item": "硬件", "owner": "客户", "due": "2026-03-18"},
            {"item": "网络", "owner": None, "due": None},
        ],
        "receiver": "王主任",
        "sent_on": "2026-03-05",
    },
    "survey_form": {
        "survey_sections": ["企业概况", "财务业务流程", "其他"],
        "receiver": "王主任",
        "sent_on": "2026-03-05",
    },
    "import_template": {
        "tables": ["商品", "客户", "供应商", "库存", "期初余额", "会员"]
    },
    "issue_opinion": {
        "issues": [
            {"no": 1, "issue": "网络", "proposal": "增设", "owner": None, "due": None}
        ],
        "discussion_on": "2026-03-12",
        "findings": [
            {
                "completed_by": "wang",
                "findings": [{"topic": "网络", "severity": None, "description": None}],
            },
            {"completed_by": "pan", "findings": []},
        ],
    },
    "implementation_plan": {
        "plan": _PLAN,
        "basis": {
            "milestones": [],
            "issues": None,
            "decisions": [{"no": 1, "decision": "同意", "note": None}],
        },
    },
    "plan_schedule": {"plan": _PLAN},
    "acceptance_report": {
        "report": {
            "scope_done": [{"module": "进销存", "result": "上线"}],
            "data_import_result": None,
            "training_done": True,
            "open_items": [{"item": "报表", "owner": None, "due": None}],
            "report_file": None,
        }
    },
    "data_export_quote": {
        "tables": ["商品"],
        "unit": "表",
        "unit_price": 80000,
        "quantity": 2,
        "amount": 160000,
    },
    "data_validation": {
        "tables": ["商品", "库存"],
        "validation": {
            "valid": False,
            "errors": [
                {"table": "商品", "row": "12", "column": "税率", "problem": "为空"}
            ],
            "checked_on": "2026-04-01",
        },
    },
    "evaluation_report": {
        "requirement": _REQUIREMENT,
        "issue": _ISSUE,
        "jira": {"key": "KB-12", "url": ""},
        "evaluations": [{**_OPINION, "completed_by": who} for who in ("hou", "wang")],
        "recommendation": {"develop": True, "charge": True, "priority": "P3"},
        "conclusion": {
            "develop": True,
            "chargeable": True,
            "planned_start": "2026-06-01",
            "planned_finish": "2026-06-20",
            "feedback_needed": True,
            "quote": 1200000,
            "reason": None,
        },
    },
    "issue_list": {"requirement": _REQUIREMENT},
    "solution_letter": {
        "requirement": _REQUIREMENT,
        "issue": _ISSUE,
        "solution": {
            "develop": True,
            "solution": "增加预警",
            "amount": 1100000,
            "deliver_by": None,
        },
        "agreed": {"agree": True, "change_request": None},
    },
    "quotation": {
        "subject": {"service_type": "development", "quantity": 8, "title": "预警"},
        "negotiation": {
            "outcome": "agreed_paid",
            "amount": 1100000,
            "standard_amount": 1200000,
            "executor": None,
            "by": "special_case_decider",
            "customer_person": None,
        },
    },
    "special_service_plan": {
        "plan": {
            "plan": "现场支持三天",
            "amount": 0,
            "executor": None,
            "customer_person": "王主任",
            "customer_agrees": True,
        },
        "subject": {"service_type": "onsite", "quantity": 3, "title": "盘点支持"},
        "standard_amount": 240000,
    },
    "visit_record": {
        "visit": CASE["visit"],
        "answers": {
            "reached": True,
            "visited_at": "2026-06-15T02:00:00+00:00",
            "interviewee": "王主任",
            "score": 4,
            "opinions": ["较慢"],
            "new_requests": [{"title": "预警", "category": "usage", "module": None}],
            "need_onsite": False,
        },
        "raised": {"request_nos": ["FW-2026-020"]},
    },
    "onsite_record": {
        "visit": CASE["visit"],
        "application": {"reason": None, "planned_on": "2026-06-20", "days": None},
        "answers": {
            "visited_on": "2026-06-20",
            "findings": "完成",
            "customer_signature": None,
        },
    },
    "closeout_record": {
        "closeout": {
            "closeout_reason": "停业",
            "settled_amount": None,
            "handover_done": True,
            "files": [],
        },
        "termination": {"reason": "双方协商"},
    },
}
NOTICES: dict[str, Any] = {
    "solution_decided": {
        "decided_on": "2026-03-13",
        "decisions": [{"no": 1, "decision": "同意", "note": None}],
    },
    "progress_tracked": {
        "on_track": False,
        "deviation_days": None,
        "instruction": None,
    },
    "quality_tracked": {
        "conforming": False,
        "records": [
            {"completed_by": "wang", "conforming": False, "defects": ["缺培训记录"]}
        ],
    },
    "emergency_unanswered": {"severity": "stop", "text": "宕机"},
    "requirement_delivered": {
        "requirement": _REQUIREMENT,
        "version": None,
        "delivered_on": "2026-06-30",
    },
    "visit_overdue": {"visit": CASE["visit"]},
    "onsite_refused": {"visit": CASE["visit"], "comment": None},
    "problem_coordinated": {
        "problem": {"text": "无人回复"},
        "resolution": "已安排",
        "reply_to_customer": None,
    },
    "service_purchased": {
        "service_months": 12,
        "start_on": "2027-05-15",
        "contract_no": None,
    },
    "expired_request": {"request": CASE["request"]},
    "N0_transfer": {"owner": "ma"},
    "track_owner": {"owner": "ma"},
}
