// Fields of an entry as scenarios write them.
#include <functional>

#include "engine/base/time.h"
#include "tests/scenario/reader.h"

namespace fiscus::scenario {
namespace {

using reference::Answer;

std::string flags_text(const Answer& answer) {
    using Names = std::vector<std::pair<std::uint8_t, std::string>>;
    static const Names of_registrations = {{reference::fills_gap, "fills_gap"},
                                           {reference::phone_of_another, "phone_of_another"},
                                           {reference::device_of_another, "device_of_another"}};
    static const Names of_others = {{reference::fills_gap, "fills_gap"},
                                    {reference::full_refund, "full_refund"},
                                    {reference::voucher_restored, "restored"},
                                    {reference::receivable_raised, "receivable_raised"},
                                    {reference::refund_in_one_part, "in_one_part"},
                                    {reference::prize_taken_away, "prize_taken_away"},
                                    {reference::reserve_moved_up, "reserve_moved_up"}};
    const bool registration = answer.kind == wire::EventBody::ConsumerRegistered;
    std::string text;
    for (const auto& [bit, name] : registration ? of_registrations : of_others) {
        if ((answer.flags & bit) != 0) {
            text += (text.empty() ? "" : "+") + name;
        }
    }
    return text.empty() ? "none" : text;
}

std::string day_text(std::int32_t day) { return day == 0 ? "none" : date_text(day); }

}  // namespace

std::string field_text(const Answer& answer, const std::string& name) {
    using Text = std::function<std::string(const Answer&)>;
    static const std::map<std::string, Text, std::less<>> fields = {
        {"gap_from", [](const Answer& a) { return std::to_string(a.gap_from); }},
        {"number", [](const Answer& a) { return std::to_string(a.source_sequence); }},
        {"epoch", [](const Answer& a) { return std::to_string(a.epoch); }},
        {"source", [](const Answer& a) { return std::to_string(a.source); }},
        {"platform", [](const Answer& a) { return std::to_string(a.platform); }},
        {"batch", [](const Answer& a) { return std::to_string(a.batch); }},
        {"pack", [](const Answer& a) { return std::to_string(a.pack); }},
        {"denomination", [](const Answer& a) { return std::to_string(a.denomination); }},
        {"district", [](const Answer& a) { return std::to_string(a.district); }},
        {"industry", [](const Answer& a) { return std::to_string(a.industry); }},
        {"category", [](const Answer& a) { return std::to_string(a.category); }},
        {"consumer", [](const Answer& a) { return std::to_string(a.consumer_ordinal); }},
        {"merchant", [](const Answer& a) { return std::to_string(a.merchant_ordinal); }},
        {"subject",
         [](const Answer& a) {
             return a.subject.zero() ? std::string("none") : reference::text(a.subject);
         }},
        {"outcome",
         [](const Answer& a) {
             return std::string(
                 wire::EnumNameDrawOutcome(static_cast<wire::DrawOutcome>(a.vouchers)));
         }},
        {"tier", [](const Answer& a) { return std::to_string(a.limit_class); }},
        {"vouchers", [](const Answer& a) { return std::to_string(a.vouchers); }},
        {"amount", [](const Answer& a) { return reference::money_text(a.amount_fen); }},
        {"order", [](const Answer& a) { return reference::money_text(a.order_amount_fen); }},
        {"platform_match",
         [](const Answer& a) { return reference::money_text(a.platform_match_fen); }},
        {"merchant_match",
         [](const Answer& a) { return reference::money_text(a.merchant_match_fen); }},
        {"difference", [](const Answer& a) { return reference::money_text(a.difference_fen); }},
        {"business_day", [](const Answer& a) { return day_text(a.business_day); }},
        {"origin_day", [](const Answer& a) { return day_text(a.origin_day); }},
        {"size",
         [](const Answer& a) {
             return std::string(
                 wire::EnumNameSizeClass(static_cast<wire::SizeClass>(a.size_class)));
         }},
        {"limit",
         [](const Answer& a) {
             return std::string(
                 wire::EnumNameLimitClass(static_cast<wire::LimitClass>(a.limit_class)));
         }},
        {"channel",
         [](const Answer& a) {
             return std::string(wire::EnumNameChannel(static_cast<wire::Channel>(a.channel)));
         }},
        {"flags", flags_text}};
    const auto found = fields.find(name);
    if (found == fields.end()) {
        throw ScenarioError("an entry has no field '" + name + "'");
    }
    return found->second(answer);
}

}  // namespace fiscus::scenario
